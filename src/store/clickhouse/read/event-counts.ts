import { Fault } from '../../../core/errors.ts'
import type {
  HistogramBucket,
  HistogramQuery,
  TopValues,
  TopValuesQuery,
} from '../../../core/query/query.ts'
import type { ClickHouseConnection, Statement } from '../connection/connection.ts'
import { queryFault } from '../connection/engine-fault.ts'
import { PRIORITY } from '../connection/engine-settings.ts'
import { FIELD_SQL } from '../event-columns.ts'
import { type IntervalSql, intervalSql } from '../filter/interval-sql.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import type { PartedFilter } from '../shapes/shape-parts.ts'
import { type Counted, type CountedPlace, countedPlaces } from './counted-places.ts'

/** The exact number of events that match a filter. */
export async function countEvents(
  connection: ClickHouseConnection,
  filter: PartedFilter,
): Promise<number> {
  const counts = await Promise.all(
    countStatements(filter).map((statement) => connection.rows<[number]>(statement)),
  )
  return counts.reduce((sum, [row]) => sum + (row?.[0] ?? 0), 0)
}

/**
 * Statements that each return one row, the number of events in one of the places. Separate
 * statements cost less than a combined one, and run in parallel.
 */
export function countStatements(filter: PartedFilter): readonly Statement[] {
  return countedPlaces({ filter, interval: 'day', by: [] }).map(({ whereSql, settingsSql }) => {
    const parameters = new StatementParameters()
    return {
      sql: `SELECT count() FROM events WHERE ${whereSql(parameters)} ${settingsSql}`,
      parameters: parameters.values,
    }
  })
}

/** Counts by time and fields. @throws Fault `query.too-many-buckets`. */
export async function readHistogram(
  connection: ClickHouseConnection,
  query: Counted & Pick<HistogramQuery, 'bucketsMax'>,
): Promise<readonly HistogramBucket[]> {
  const { bucketsMax, by, interval, timeZone } = query
  const places = countedPlaces(query)
  if (places.length === 0) return []
  const parameters = new StatementParameters()
  const time = intervalSql(interval, timeZone, parameters)
  const keys = by.map((field) => `, by_${field}`).join('')
  const [only, ...others] = places
  const settings = others.length === 0 ? only?.settingsSql : `SETTINGS priority = ${PRIORITY.count}`
  const rows = await connection.rows<[number, number, ...string[]]>({
    sql: `${countsSql(time, by, places, parameters)} GROUP BY start${keys} ORDER BY start${keys}
      LIMIT ${parameters.add('UInt64', bucketsMax + 1)} ${settings}`,
    parameters: parameters.values,
  })
  if (rows.length > bucketsMax) {
    throw new Fault('query.too-many-buckets', { detail: `at most ${bucketsMax}` })
  }
  return rows.map(([start, count, ...values]) => ({
    timeMicros: time.microsOf(start),
    keys: values,
    count,
  }))
}

/**
 * A SELECT of `start`, a count, and the fields as `by_…`, to be grouped. Counts of several places
 * are summed; a single place needs no sum, which would take a sixth of the time.
 */
function countsSql(
  { unitSql, startSql }: IntervalSql,
  by: Counted['by'],
  places: readonly CountedPlace[],
  parameters: StatementParameters,
): string {
  const fields = by.map((field) => `, ${FIELD_SQL[field]} AS by_${field}`).join('')
  const keys = by.map((field) => `, by_${field}`).join('')
  const [only, ...others] = places
  if (only !== undefined && others.length === 0) {
    return `SELECT ${startSql(unitSql)} AS start, count()${fields} FROM events
      WHERE ${only.whereSql(parameters)}`
  }
  const counts = places.map(
    ({
      whereSql,
      settingsSql,
    }) => `SELECT ${unitSql} AS unit${fields}, count() AS events FROM events
      WHERE ${whereSql(parameters)} GROUP BY unit${keys} ${settingsSql}`,
  )
  return `SELECT ${startSql('unit')} AS start, sum(events)${keys}
    FROM (${counts.join(' UNION ALL ')})`
}

/** A query for top values, with its filter split. */
interface PartedTopValues extends Omit<TopValuesQuery, 'filter'> {
  readonly filter: PartedFilter
}

/** How much is read for top values. */
export interface TopValuesBounds {
  /** Most rows, of events or of counts by day, that are read for an exact answer. */
  readonly rowsMax: number
  /** The span before the newest matching event whose events are counted otherwise. */
  readonly sampleMicros: number
  /** The time of the newest matching event. */
  readonly newest: () => Promise<number>
}

/**
 * The most frequent values of fields: of all matching events when that needs few rows, otherwise of
 * the latest ones.
 */
export async function readTopValues(
  connection: ClickHouseConnection,
  query: PartedTopValues,
  { rowsMax, sampleMicros, newest }: TopValuesBounds,
): Promise<TopValues> {
  try {
    return { values: await topValues(connection, query, rowsMax), isApproximate: false }
  } catch (error) {
    const fault = queryFault(error)
    const isTooMuch = fault instanceof Fault && fault.code === 'query.too-complex'
    if (!isTooMuch) throw error
  }
  const { filter } = query
  const fromMicros = Math.max(filter.fromMicros ?? 0, (await newest()) - sampleMicros)
  const latest = { ...query, filter: { ...filter, fromMicros } }
  return { values: await topValues(connection, latest, undefined), isApproximate: true }
}

/** @param rowsMax most rows to read; undefined: any number. */
async function topValues(
  connection: ClickHouseConnection,
  { filter, by, valuesMax }: PartedTopValues,
  rowsMax: number | undefined,
): Promise<TopValues['values']> {
  const places = countedPlaces({ filter, interval: 'day', by })
  if (places.length === 0) return []
  const parameters = new StatementParameters()
  const fields = by.map((field) => `${FIELD_SQL[field]} AS by_${field}`).join(', ')
  const keys = by.map((field) => `by_${field}`).join(', ')
  const counts = places.map(
    ({ whereSql, settingsSql }) => `SELECT ${fields}, count() AS events FROM events
      WHERE ${whereSql(parameters)} GROUP BY ${keys} ${settingsSql}`,
  )
  const bounds = rowsMax === undefined ? '' : `, max_rows_to_read = ${rowsMax}`
  const rows = await connection.rows<[number, ...string[]]>({
    sql: `SELECT sum(events) AS total, ${keys} FROM (${counts.join(' UNION ALL ')})
      GROUP BY ${keys} ORDER BY total DESC, ${keys}
      LIMIT ${parameters.add('UInt64', valuesMax)} SETTINGS priority = ${PRIORITY.count}${bounds}`,
    parameters: parameters.values,
  })
  return rows.map(([count, ...values]) => ({ keys: values, count }))
}
