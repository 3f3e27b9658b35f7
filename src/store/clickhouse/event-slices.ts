import type { EventFilter } from '../../core/query.ts'
import type { ClickHouseConnection } from './connection.ts'
import { filterSql } from './filter-sql.ts'
import { StatementParameters } from './statement-parameters.ts'
import { ALL_TIME, MINUTE_MICROS, type TimeWindow } from './time-windows.ts'

/** Events of a slice, about: what the engine sorts at once. */
const SLICE_EVENTS = 100_000

/**
 * Cuts a filter's time into adjoining slices, oldest first, that are small enough to be sorted in
 * memory one after the other.
 *
 * The events of one tenant stand in order of time and need no sorting: they are one slice. Those of
 * several would have to be sorted as a whole.
 */
export async function timeSlices(
  connection: ClickHouseConnection,
  filter: EventFilter,
): Promise<readonly TimeWindow[]> {
  const whole = {
    fromMicros: filter.fromMicros ?? ALL_TIME.fromMicros,
    toMicros: filter.toMicros ?? ALL_TIME.toMicros,
  }
  if (filter.tenants !== 'all' && filter.tenants.length <= 1) return [whole]
  const parameters = new StatementParameters()
  const rows = await connection.rows<[number]>({
    sql: `SELECT min(minute) AS first FROM
      (
        SELECT minute, intDiv(sum(events) OVER (ORDER BY minute), ${SLICE_EVENTS}) AS slice FROM
        (
          SELECT intDiv(toUnixTimestamp64Micro(time), ${MINUTE_MICROS}) AS minute, count() AS events
          FROM events WHERE ${filterSql(filter, parameters)} GROUP BY minute
        )
      )
      GROUP BY slice ORDER BY first`,
    parameters: parameters.values,
  })
  // The outermost slices reach to the ends, so that what arrives meanwhile is in one of them.
  const starts = rows.slice(1).map(([minute]) => minute * MINUTE_MICROS)
  const edges = [whole.fromMicros, ...starts, whole.toMicros]
  return edges.slice(1).map((toMicros, index) => ({ fromMicros: edges[index] ?? 0, toMicros }))
}
