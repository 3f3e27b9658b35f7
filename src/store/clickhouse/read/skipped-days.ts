import type { EventFilter, PageQuery } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { countsByDay } from './counted-places.ts'
import { readHistogram } from './event-counts.ts'
import { DAY_MICROS } from './time-windows.ts'

/** From this many skipped events on, it pays to find the first day of the page first. */
const SKIPPED_EVENTS_MIN = 20_000
/** More days than events can span, so that all of them are counted. */
const DAYS_MAX = 1_000_000

/**
 * The same page with fewer events to skip. Skipped events are read, so for a distant page whose
 * filter the counts by day can answer, the days that are entirely before it are skipped.
 */
export async function withoutSkippedDays(
  connection: ClickHouseConnection,
  query: PageQuery,
): Promise<PageQuery> {
  const { filter, order, skip = 0, after } = query
  if (skip < SKIPPED_EVENTS_MIN || after !== undefined) return query
  if (countsByDay(filter, []) === undefined) return query
  const interval = 'day'
  const days = await readHistogram(connection, { filter, interval, by: [], bucketsMax: DAYS_MAX })
  let left = skip
  for (const { timeMicros, count } of order === 'newest' ? days.toReversed() : days) {
    if (left < count) return { ...query, filter: fromDay(filter, order, timeMicros), skip: left }
    left -= count
  }
  return query
}

/** The events of a day and of all following days in `order`. */
function fromDay(filter: EventFilter, order: PageQuery['order'], startMicros: number): EventFilter {
  const endMicros = startMicros + DAY_MICROS
  return order === 'newest'
    ? { ...filter, toMicros: Math.min(filter.toMicros ?? endMicros, endMicros) }
    : { ...filter, fromMicros: Math.max(filter.fromMicros ?? startMicros, startMicros) }
}
