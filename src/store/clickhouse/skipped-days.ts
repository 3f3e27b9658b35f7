import type { EventFilter, NthQuery, Position } from '../../core/query.ts'
import type { ClickHouseConnection } from './connection.ts'
import { isCountedByDay, readHistogram } from './event-counts.ts'
import { filterSql } from './filter-sql.ts'
import { StatementParameters } from './statement-parameters.ts'
import { DAY_MICROS } from './time-windows.ts'

/** From this place on it pays to ask first on which day it is. */
const SKIPPED_EVENTS_MIN = 20_000
/** More days with events than times that events can have: all of them are counted. */
const DAYS_MAX = 1_000_000

/**
 * The place of the nth matching event. All events before it are read, so for a place far back whose
 * filter the counts by day can answer, the events of the days before it are skipped.
 */
export async function nthPlace(
  connection: ClickHouseConnection,
  query: NthQuery,
): Promise<Position | undefined> {
  if (query.nth < SKIPPED_EVENTS_MIN || !isCountedByDay(query.filter, [])) {
    return readPlace(connection, query)
  }
  const onItsDay = await withinDay(connection, query)
  return onItsDay && readPlace(connection, onItsDay)
}

/** The same question about the one day that the place is on; undefined when it is on none. */
async function withinDay(
  connection: ClickHouseConnection,
  { filter, order, nth }: NthQuery,
): Promise<NthQuery | undefined> {
  const interval = 'day'
  const days = await readHistogram(connection, { filter, interval, by: [], bucketsMax: DAYS_MAX })
  let left = nth
  for (const { timeMicros, count } of order === 'newest' ? days.toReversed() : days) {
    if (left <= count) return { filter: onDay(filter, timeMicros), order, nth: left }
    left -= count
  }
  return undefined
}

function onDay(filter: EventFilter, startMicros: number): EventFilter {
  const { fromMicros = startMicros, toMicros = startMicros + DAY_MICROS } = filter
  return {
    ...filter,
    fromMicros: Math.max(fromMicros, startMicros),
    toMicros: Math.min(toMicros, startMicros + DAY_MICROS),
  }
}

async function readPlace(
  connection: ClickHouseConnection,
  { filter, order, nth }: NthQuery,
): Promise<Position | undefined> {
  const parameters = new StatementParameters()
  const direction = order === 'newest' ? 'DESC' : 'ASC'
  const rows = await connection.rows<[number, string, number]>({
    sql: `SELECT toUnixTimestamp64Micro(time), origin, seq FROM events
      WHERE ${filterSql(filter, parameters)}
      ORDER BY time ${direction}, origin ${direction}, seq ${direction}
      LIMIT 1 OFFSET ${parameters.add('UInt64', nth - 1)}`,
    parameters: parameters.values,
  })
  return rows.map(([timeMicros, origin, seq]) => ({ timeMicros, origin, seq }))[0]
}
