import { FULL_TEXT_LENGTH_MAX, NAME_LENGTH_MAX } from '../../core/limits.ts'
import { firstValue } from '../api/parameter-values.ts'
import { badParameter } from './errors.ts'

/** Rows of `GET /log` when the client does not say. */
const LOG_ROWS_DEFAULT = 20
/** Most rows of `GET /log`; a greater `limit` counts as this. */
const LOG_ROWS_MAX = 1000
/** Seconds that `GET /event/wait` waits when the client does not say. */
const WAIT_SECONDS_DEFAULT = 60
/** Most seconds that it waits; a greater `duration` counts as this. */
const WAIT_SECONDS_MAX = 3600

/** What `GET /log` reads from the query. */
export interface LogParameters {
  /** First and last second, as the wall clock shows it; undefined: any. */
  readonly startSeconds: number | undefined
  readonly endSeconds: number | undefined
  readonly limit: number
  /** Rows to skip. */
  readonly offset: number
  readonly user: string | undefined
  /** Undefined: any. */
  readonly levels: readonly string[] | undefined
  readonly categories: readonly string[] | undefined
  readonly text: string | undefined
}

/**
 * The parameters of a parsed query. An empty one is absent, and of a repeated one the first value
 * counts. `time_start` and `time_end` are the names of the first versions.
 *
 * @throws ApiError 400 for what is no whole number from 0, or too long.
 */
export function readLogParameters(query: unknown): LogParameters {
  // Also one that another takes precedence over has to be readable.
  const [start, firstStart] = [readBound(query, 'start'), readBound(query, 'time_start')]
  const [end, firstEnd] = [readBound(query, 'end'), readBound(query, 'time_end')]
  return {
    startSeconds: start ?? firstStart,
    endSeconds: end ?? firstEnd,
    limit: Math.min(readInteger(query, 'limit') ?? LOG_ROWS_DEFAULT, LOG_ROWS_MAX),
    offset: readInteger(query, 'offset') ?? 0,
    user: readText(query, 'user', NAME_LENGTH_MAX),
    levels: readItems(query, 'level'),
    categories: readItems(query, 'category'),
    text: readText(query, 'text', FULL_TEXT_LENGTH_MAX),
  }
}

/** What `GET /event` reads from the query: a window [index, offset) of the ledger. */
export interface EventParameters {
  readonly index: number | undefined
  readonly offset: number | undefined
}

/** @throws ApiError 400 for what is no whole number from 0. */
export function readEventParameters(query: unknown): EventParameters {
  return { index: readInteger(query, 'index'), offset: readInteger(query, 'offset') }
}

/** The kinds of containers there are. */
export const CONTAINER_TYPES = ['docker', 'lxc', 'lxd'] as const
export type ContainerType = (typeof CONTAINER_TYPES)[number]

/** States that can be waited for. */
const AWAITED_STATES = ['running', 'stopped'] as const
/** A state that can be waited for. */
export type AwaitedState = (typeof AWAITED_STATES)[number]

/** What `GET /event/wait` waits for, and how long. */
export interface WaitParameters {
  readonly type: ContainerType
  /** Id, beginning of an id, or name. */
  readonly container: string
  readonly state: AwaitedState
  readonly durationMs: number
}

/** @throws ApiError 400 for a type or state that there is not, and for a bad duration. */
export function readWaitParameters(path: unknown, query: unknown): WaitParameters {
  const state = firstValue(path, 'state')
  const awaited = AWAITED_STATES.find((candidate) => candidate === state)
  if (awaited === undefined) throw badParameter('state')
  return { ...readContainerPath(path), state: awaited, durationMs: readDurationMs(query) }
}

/** @throws ApiError 400 for a type that there is not. */
export function readContainerPath(path: unknown): Pick<WaitParameters, 'type' | 'container'> {
  const type = firstValue(path, 'type')
  const known = CONTAINER_TYPES.find((candidate) => candidate === type)
  if (known === undefined) throw badParameter('container_type')
  return { type: known, container: firstValue(path, 'id') ?? '' }
}

/** Seconds may have decimals. */
function readDurationMs(query: unknown): number {
  const text = firstValue(query, 'duration')
  if (text !== undefined && !/^\d{1,15}(?:\.\d{0,15})?$/.test(text)) throw badParameter('duration')
  const seconds = Math.min(Number(text ?? WAIT_SECONDS_DEFAULT), WAIT_SECONDS_MAX)
  return Math.floor(seconds * 1000)
}

/** Seconds since the epoch; 0 is no bound. */
function readBound(query: unknown, name: string): number | undefined {
  return readInteger(query, name) || undefined
}

function readInteger(query: unknown, name: string): number | undefined {
  const text = firstValue(query, name)
  if (text === undefined) return undefined
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw badParameter(name)
  return value
}

/** The items of a list with commas, without the empty ones; undefined when there is none. */
function readItems(query: unknown, name: string): readonly string[] | undefined {
  const items = (firstValue(query, name) ?? '').split(',').map((item) => item.trim())
  const given = items.filter((item) => item !== '')
  return given.length === 0 ? undefined : given
}

function readText(query: unknown, name: string, lengthMax: number): string | undefined {
  const text = firstValue(query, name)
  if (text !== undefined && text.length > lengthMax) throw badParameter(name)
  return text
}
