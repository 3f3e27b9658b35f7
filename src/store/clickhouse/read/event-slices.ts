import type { EventFilter, Order } from '../../../core/query/query.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { filterSql } from '../filter/filter-sql.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import { ALL_TIME, MINUTE_MICROS, type TimeWindow } from './time-windows.ts'

/** Events of a slice, about: what the engine sorts, or writes into one Parquet file, at once. */
const SLICE_EVENTS = 16_000
/** A slice of more events than this is cut again, in finer units of time. */
const SLICE_EVENTS_MAX = 2 * SLICE_EVENTS
/** Slices begin with an hour, or a second, a millisecond, a microsecond of a crowded one. */
const UNITS_MICROS: readonly number[] = [60 * MINUTE_MICROS, 1_000_000, 1_000, 1]

/**
 * Cuts a filter into filters for adjoining slices of time, in `order`, that are small enough to be
 * sorted in memory one after the other. Only events of the same microsecond are never parted.
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

/** Slices that begin where a unit of time does, oldest first. */
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
  // The outermost slices reach to the ends, so that what arrives meanwhile is in one of them.
  const starts = rows.slice(1).map(([unit]) => unit * unitMicros)
  const edges = [whole.fromMicros, ...starts, whole.toMicros]
  return edges.slice(1).map((toMicros, index) => ({
    fromMicros: edges[index] ?? 0,
    toMicros,
    events: rows[index]?.[1] ?? 0,
  }))
}
