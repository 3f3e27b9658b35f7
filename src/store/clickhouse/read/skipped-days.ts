import type { EventFilter, PageQuery } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { countsByDay } from './counted-places.ts'
import { readHistogram } from './event-counts.ts'
import { DAY_MICROS } from './time-windows.ts'

/** From so many skipped events on it pays to ask first on which day the page begins. */
const SKIPPED_EVENTS_MIN = 20_000
/** More days with events than times that events can have: all of them are counted. */
const DAYS_MAX = 1_000_000

/**
 * The same page with fewer events to skip. Each of them is read, so for a page far back whose
 * filter the counts by day can answer, the days are skipped that lie wholly before it.
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

/** The events of a day and of all that follow in `order`. */
function fromDay(filter: EventFilter, order: PageQuery['order'], startMicros: number): EventFilter {
  const endMicros = startMicros + DAY_MICROS
  return order === 'newest'
    ? { ...filter, toMicros: Math.min(filter.toMicros ?? endMicros, endMicros) }
    : { ...filter, fromMicros: Math.max(filter.fromMicros ?? startMicros, startMicros) }
}
