import { FILTER_VALUES_MAX, NAME_LENGTH_MAX } from '../../core/limits.ts'
import { firstValue } from '../api/parameter-values.ts'
import { badParameter, missingParameter } from './errors.ts'
import { isObjectId } from './log/object-id.ts'
import {
  DAY_MICROS,
  possibleRange,
  readDay,
  readLength,
  readTimeOfDay,
  type TimeRange,
} from './log/time-range.ts'
import { readWhole, WHOLE_NUMBER_MAX } from './log/whole-number.ts'

/** Longest value of a parameter, in characters: a list has room for many names. */
const TEXT_LENGTH_MAX = NAME_LENGTH_MAX * 8
/** Most rows of one answer; a greater `count` or `page_size` counts as this. */
const ROWS_MAX = 1000
/** The last page that is told apart from later ones: behind any that has rows, in safe integers. */
const PAGE_MAX = Math.floor(Number.MAX_SAFE_INTEGER / ROWS_MAX)
/** Rows of a page of the audit log when the client does not say. */
const PAGE_ROWS_DEFAULT = 100
/** Days of user actions and token activity when the client names no time. */
const DEFAULT_DAYS = 7

/** What is asked of a log, besides its own filters. */
export interface LogQuestion {
  readonly range: TimeRange
  /** Rows of a page. */
  readonly limit: number
  /** From 1. */
  readonly page: number
  /** Values of `type`; undefined: any. */
  readonly types: readonly string[] | undefined
  readonly actions: readonly string[] | undefined
  readonly scopes: readonly string[] | undefined
  readonly userId: string | undefined
  readonly userEmail: string | undefined
  readonly targetId: string | undefined
}

const NO_FILTERS = {
  types: undefined,
  actions: undefined,
  scopes: undefined,
  userId: undefined,
  userEmail: undefined,
  targetId: undefined,
} as const

/** Where the logs of version 1 differ. */
interface VersionOneLog {
  /** The parameter that filters its rows. */
  readonly filter: 'type' | 'scope'
  /** Whether it answers all rows when no time is named; else the last `DEFAULT_DAYS`. */
  readonly allTime: boolean
}

/**
 * The parameters of `/api/v1/logs/…`. An empty one is absent, of a repeated one the first counts.
 *
 * @throws ApiError 400 for one that cannot be read, also when another one takes precedence.
 */
export function readVersionOne(query: unknown, log: VersionOneLog, nowMicros: number): LogQuestion {
  const values = readItems(query, log.filter)
  return {
    ...NO_FILTERS,
    range: possibleRange(readDays(query, nowMicros) ?? defaultRange(log, nowMicros)),
    limit: Math.min(readInteger(query, 'count') ?? ROWS_MAX, ROWS_MAX),
    page: 1,
    ...(log.filter === 'type' ? { types: values } : { scopes: values }),
  }
}

/** The parameters of `/api/v2/logs/audit/user`. @throws ApiError 400, 422. */
export function readAuditParameters(query: unknown): LogQuestion {
  return {
    ...NO_FILTERS,
    range: possibleRange(readMoments(query)),
    limit: Math.min(readInteger(query, 'page_size') ?? PAGE_ROWS_DEFAULT, ROWS_MAX),
    page: Math.min(readInteger(query, 'page') ?? 1, PAGE_MAX),
    types: readItems(query, 'type'),
    actions: readItems(query, 'action'),
    userId: readId(query, 'user_id'),
    userEmail: readText(query, 'user_email'),
    targetId: readId(query, 'target_id'),
  }
}

function defaultRange({ allTime }: VersionOneLog, nowMicros: number): TimeRange {
  return allTime ? {} : { fromMicros: nowMicros - DEFAULT_DAYS * DAY_MICROS }
}

/** `date`, else `start` and `end`, else `range`; undefined without any of them. */
function readDays(query: unknown, nowMicros: number): TimeRange | undefined {
  const [date, start, end] = ['date', 'start', 'end'].map((name) => {
    const text = readText(query, name)
    return text === undefined ? undefined : readDay(name, text)
  })
  const text = readText(query, 'range')
  const length = text === undefined ? undefined : readLength('range', text)
  if (start !== undefined && end !== undefined && start > end) {
    throw badParameter('start', 'a day that is not after end')
  }
  if (date !== undefined) return { fromMicros: date, toMicros: date + DAY_MICROS }
  if (end !== undefined) {
    const toMicros = end + DAY_MICROS
    return { fromMicros: start ?? toMicros - DEFAULT_DAYS * DAY_MICROS, toMicros }
  }
  if (start !== undefined) return { fromMicros: start, toMicros: nowMicros }
  return length === undefined ? undefined : { fromMicros: nowMicros - length }
}

function readMoments(query: unknown): TimeRange {
  const start = readMoment(query, 'start')
  const end = readMoment(query, 'end')
  if (start !== undefined && end !== undefined && start.fromMicros >= end.toMicros) {
    throw badParameter('start_date', 'a time that is not after end_date')
  }
  return {
    ...(start !== undefined && { fromMicros: start.fromMicros }),
    ...(end !== undefined && { toMicros: end.toMicros }),
  }
}

const WHOLE_DAY = { fromMicros: 0, toMicros: DAY_MICROS }

function readMoment(query: unknown, which: 'start' | 'end'): Required<TimeRange> | undefined {
  const [dateName, timeName] = [`${which}_date`, `${which}_time`]
  const [date, time] = [readText(query, dateName), readText(query, timeName)]
  const ofDay = time === undefined ? WHOLE_DAY : readTimeOfDay(timeName, time)
  if (date === undefined) {
    if (time === undefined) return undefined
    throw missingParameter(timeName, dateName)
  }
  const day = readDay(dateName, date)
  return { fromMicros: day + ofDay.fromMicros, toMicros: day + ofDay.toMicros }
}

/** A whole number from 1 to `WHOLE_NUMBER_MAX`. */
function readInteger(query: unknown, name: string): number | undefined {
  const text = readText(query, name)
  const value = text === undefined ? undefined : readWhole(text)
  if (text !== undefined && value === undefined) {
    throw badParameter(name, `a whole number from 1 to ${WHOLE_NUMBER_MAX}`)
  }
  return value
}

function readId(query: unknown, name: string): string | undefined {
  const text = readText(query, name)?.toLowerCase()
  if (text === undefined || isObjectId(text)) return text
  throw badParameter(name, 'an id of 24 hexadecimal digits')
}

/** The items of a list with commas, without the empty ones; undefined when there is none. */
function readItems(query: unknown, name: string): readonly string[] | undefined {
  const items = (readText(query, name) ?? '').split(',').map((item) => item.trim())
  const given = items.filter((item) => item !== '')
  if (given.length > FILTER_VALUES_MAX) {
    throw badParameter(name, `a list of at most ${FILTER_VALUES_MAX} values`)
  }
  return given.length === 0 ? undefined : given
}

function readText(query: unknown, name: string): string | undefined {
  const value = firstValue(query, name)
  if (value === undefined) return undefined
  const isText = value.isWellFormed() && !value.includes('\0')
  if (isText && value.length <= TEXT_LENGTH_MAX) return value
  throw badParameter(name, `a text of at most ${TEXT_LENGTH_MAX} characters, none of them NUL`)
}
