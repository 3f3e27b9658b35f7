import { Fault } from '../../core/errors.ts'
import type { HistogramBucket, HistogramInterval, HistogramQuery } from '../../core/query.ts'
import type { ClickHouseConnection, Statement } from './connection.ts'
import { type Counted, type CountedPlace, countedPlaces } from './counted-places.ts'
import { PRIORITY } from './engine-settings.ts'
import { FIELD_SQL } from './event-columns.ts'
import type { PartedFilter } from './shape-parts.ts'
import { StatementParameters } from './statement-parameters.ts'

/** The exact number of events that a filter lets through. */
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
 * Each answers one row with the number of events in one of the places where those of a filter are
 * counted. One by one they cost less than as one statement, and they run side by side.
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
  const { bucketsMax, by } = query
  const places = countedPlaces(query)
  if (places.length === 0) return []
  const parameters = new StatementParameters()
  const keys = by.map((field) => `, by_${field}`).join('')
  const [only, ...others] = places
  const settings = others.length === 0 ? only?.settingsSql : `SETTINGS priority = ${PRIORITY.count}`
  const rows = await connection.rows<[number, number, ...string[]]>({
    sql: `${countsSql(query, places, parameters)} GROUP BY start${keys} ORDER BY start${keys}
      LIMIT ${parameters.add('UInt64', bucketsMax + 1)} ${settings}`,
    parameters: parameters.values,
  })
  if (rows.length > bucketsMax) {
    throw new Fault('query.too-many-buckets', { detail: `at most ${bucketsMax}` })
  }
  return rows.map(([timeMicros, count, ...values]) => ({ timeMicros, keys: values, count }))
}

/**
 * A SELECT of `start`, a count, and the fields as `by_…`, to be grouped. Counts of several places
 * are summed; those of one are the answer, without the sixth of the time that summing takes.
 */
function countsSql(
  { interval, by }: Counted,
  places: readonly CountedPlace[],
  parameters: StatementParameters,
): string {
  const fields = by.map((field) => `, ${FIELD_SQL[field]} AS by_${field}`).join('')
  const keys = by.map((field) => `, by_${field}`).join('')
  const unit = UNIT_SQL[interval]
  const [only, ...others] = places
  if (only !== undefined && others.length === 0) {
    const start = bucketSql(interval, unit)
    return `SELECT ${start} AS start, count()${fields} FROM events
      WHERE ${only.whereSql(parameters)}`
  }
  const counts = places.map(
    ({ whereSql, settingsSql }) => `SELECT ${unit} AS unit${fields}, count() AS events FROM events
      WHERE ${whereSql(parameters)} GROUP BY unit${keys} ${settingsSql}`,
  )
  return `SELECT ${bucketSql(interval, 'unit')} AS start, sum(events)${keys}
    FROM (${counts.join(' UNION ALL ')})`
}

/** What an event's interval is told by inside the engine. */
const UNIT_SQL: Readonly<Record<HistogramInterval, string>> = {
  minute: 'intDiv(toUnixTimestamp64Micro(time), 60000000)',
  hour: 'intDiv(toUnixTimestamp64Micro(time), 3600000000)',
  day: 'toDate32(time)',
  month: 'toDate32(time)',
}

/**
 * The start of the interval in microseconds since the epoch, from its `unit`. The engine's usual
 * functions end with 32-bit times in 2106; these do not.
 */
function bucketSql(interval: HistogramInterval, unit: string): string {
  if (interval === 'minute') return `${unit} * 60000000`
  if (interval === 'hour') return `${unit} * 3600000000`
  const month = `makeDateTime64(toYear(${unit}), toMonth(${unit}), 1, 0, 0, 0, 0, 6, 'UTC')`
  const start = interval === 'month' ? month : `toDateTime64(${unit}, 6, 'UTC')`
  return `toUnixTimestamp64Micro(${start})`
}
