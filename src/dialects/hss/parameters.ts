import { TIME_MICROS_END } from '../../core/time/timestamp.ts'
import { firstValue } from '../api/parameter-values.ts'
import { badParameter } from './errors.ts'

/** Rows of a page when the client does not say. */
const LIMIT_DEFAULT = 10
/** Most rows of a page. */
export const LIMIT_MAX = 200
/** Most rows that can be skipped. */
export const OFFSET_MAX = 2_000_000
/** Greatest time: that of a 64-bit integer. */
const TIME_MS_MAX = 2n ** 63n - 1n
/** No event has a time from here on, in milliseconds. */
const TIME_MS_END = BigInt(TIME_MICROS_END / 1000)

/** The columns that rows can be asked for by. */
export const FILTERED_COLUMNS = [
  'resource_name',
  'resource_type',
  'event_type',
  'event_name',
  'source_ip',
  'user_name',
] as const
export type FilteredColumn = (typeof FILTERED_COLUMNS)[number]

/** What `GET /v5/{project_id}/container/image/events` reads from the query. */
export interface EventParameters {
  /** Values that rows must have, by column; only those that were given. */
  readonly values: ReadonlyMap<FilteredColumn, string>
  /** Microseconds since the epoch, inclusive. */
  readonly fromMicros: number | undefined
  /** Microseconds since the epoch, exclusive. */
  readonly toMicros: number | undefined
  readonly limit: number
  readonly offset: number
}

/**
 * The parameters of a parsed query. An unknown one is ignored, and an empty one is absent.
 *
 * @throws HssError HSS.0001 for what is no whole number in its range, and for an inverted range.
 */
export function readEventParameters(query: unknown): EventParameters {
  const startMs = readInteger(query, 'start_time', TIME_MS_MAX)
  const endMs = readInteger(query, 'end_time', TIME_MS_MAX)
  if (startMs !== undefined && endMs !== undefined && startMs > endMs) throw badParameter()
  const given = FILTERED_COLUMNS.map((name) => [name, firstValue(query, name)] as const)
  return {
    values: new Map(
      given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ),
    fromMicros: startMs === undefined ? undefined : boundedMicros(startMs),
    // The last millisecond is wholly in it.
    toMicros: endMs === undefined ? undefined : boundedMicros(endMs + 1n),
    limit: Number(readInteger(query, 'limit', BigInt(LIMIT_MAX)) ?? LIMIT_DEFAULT),
    offset: Number(readInteger(query, 'offset', BigInt(OFFSET_MAX)) ?? 0),
  }
}

function boundedMicros(ms: bigint): number {
  return Number(ms < TIME_MS_END ? ms : TIME_MS_END) * 1000
}

function readInteger(query: unknown, name: string, max: bigint): bigint | undefined {
  const text = firstValue(query, name)
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw badParameter()
  const value = BigInt(text)
  if (value > max) throw badParameter()
  return value
}
