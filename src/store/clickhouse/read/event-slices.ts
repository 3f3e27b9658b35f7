import type { EventFilter, Order } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { filterSql } from '../filter/filter-sql.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import { ALL_TIME, MINUTE_MICROS, type TimeWindow } from './time-windows.ts'

/**
 * Approximate number of events in a slice, which the engine sorts or writes to a Parquet file at
 * once.
 */
const SLICE_EVENTS = 16_000
/** A slice with more events than this is split further, in finer units of time. */
const SLICE_EVENTS_MAX = 2 * SLICE_EVENTS
/** Slices begin at an hour; crowded ones at a second, a millisecond or a microsecond. */
const UNITS_MICROS: readonly number[] = [60 * MINUTE_MICROS, 1_000_000, 1_000, 1]

/**
 * Splits a filter into filters for consecutive time slices, in `order`, each small enough to be
 * sorted in memory. Events of the same microsecond stay together.
 */
export async function* timeSlices(
  connection: ClickHouseConnection,
  filter: EventFilter,
  order: Order,
): AsyncIterable<EventFilter> {
  const whole = { ...ALL_TIME, ...filter }
  yield* cut({ connection, order }, whole, UNITS_MICROS)
}

interface Cutting {
  readonly connection: ClickHouseConnection
  readonly order: Order
}

async function* cut(
  cutting: Cutting,
  whole: EventFilter & TimeWindow,
  [unitMicros, ...finer]: readonly number[],
): AsyncIterable<EventFilter> {
  if (unitMicros === undefined) {
    yield whole
    return
  }
  const slices = await countSlices(cutting.connection, whole, unitMicros)
  for (const { events, ...window } of cutting.order === 'newest' ? slices.toReversed() : slices) {
    const slice = { ...whole, ...window }
    if (events > SLICE_EVENTS_MAX) yield* cut(cutting, slice, finer)
    else yield slice
  }
}

interface CountedSlice extends TimeWindow {
  readonly events: number
}

/** Slices that begin at a unit of time, oldest first. */
async function countSlices(
  connection: ClickHouseConnection,
  whole: EventFilter & TimeWindow,
  unitMicros: number,
): Promise<readonly CountedSlice[]> {
  const parameters = new StatementParameters()
  const rows = await connection.rows<[number, number]>({
    sql: `SELECT min(unit) AS first, sum(events) FROM
      (
        SELECT unit, events, intDiv(sum(events) OVER (ORDER BY unit), ${SLICE_EVENTS}) AS slice FROM
        (
          SELECT intDiv(toUnixTimestamp64Micro(time), ${unitMicros}) AS unit, count() AS events
          FROM events WHERE ${filterSql(whole, parameters)} GROUP BY unit
        )
      )
      GROUP BY slice ORDER BY first`,
    parameters: parameters.values,
  })
  // The outermost slices extend to the ends, so that they include events that arrive meanwhile.
  const starts = rows.slice(1).map(([unit]) => unit * unitMicros)
  const edges = [whole.fromMicros, ...starts, whole.toMicros]
  return edges.slice(1).map((toMicros, index) => ({
    fromMicros: edges[index] ?? 0,
    toMicros,
    events: rows[index]?.[1] ?? 0,
  }))
}
