import { Fault } from '../../core/errors.ts'
import type {
  Condition,
  Field,
  HistogramBucket,
  HistogramInterval,
  HistogramQuery,
} from '../../core/query.ts'
import type { ClickHouseConnection, Statement } from './connection.ts'
import { FIELD_SQL } from './event-columns.ts'
import { filterSql } from './filter-sql.ts'
import type { PartedFilter } from './shape-parts.ts'
import { StatementParameters } from './statement-parameters.ts'
import { ALL_TIME, DAY_MICROS, type TimeWindow } from './time-windows.ts'

/** The exact number of events that a filter lets through. */
export async function countEvents(
  connection: ClickHouseConnection,
  filter: PartedFilter,
): Promise<number> {
  if (filter.parts?.length === 0) return 0
  const rows = await connection.rows<[number]>(countStatement(filter))
  return rows[0]?.[0] ?? 0
}

/** Answers one row with the number of events that a filter lets through. */
export function countStatement(filter: PartedFilter): Statement {
  const parameters = new StatementParameters()
  const places = placesSql({ filter, interval: 'day', by: [] }, parameters)
  const counts = places.map((where) => `SELECT count() AS events FROM events WHERE ${where}`)
  const [only = '', ...others] = counts
  const sql = others.length === 0 ? only : `SELECT sum(events) FROM (${counts.join(' UNION ALL ')})`
  return { sql, parameters: parameters.values }
}

/** Counts by time and fields. @throws Fault `query.too-many-buckets`. */
export async function readHistogram(
  connection: ClickHouseConnection,
  query: Counted & Pick<HistogramQuery, 'bucketsMax'>,
): Promise<readonly HistogramBucket[]> {
  const { bucketsMax, by, filter } = query
  if (filter.parts?.length === 0) return []
  const parameters = new StatementParameters()
  const keys = by.map((field) => `, by_${field}`).join('')
  const counts = countsSql(query, placesSql(query, parameters))
  const rows = await connection.rows<[number, number, ...string[]]>({
    sql: `${counts} GROUP BY start${keys} ORDER BY start${keys}
      LIMIT ${parameters.add('UInt64', bucketsMax + 1)}`,
    parameters: parameters.values,
  })
  if (rows.length > bucketsMax) {
    throw new Fault('query.too-many-buckets', { detail: `at most ${bucketsMax}` })
  }
  return rows.map(([timeMicros, count, ...values]) => ({ timeMicros, keys: values, count }))
}

interface Counted extends Pick<HistogramQuery, 'interval' | 'by'> {
  readonly filter: PartedFilter
}

/**
 * A SELECT of `start`, a count, and the fields as `by_…`, to be grouped. Counts of several places
 * are summed; those of one are the answer, without the sixth of the time that summing takes.
 */
function countsSql({ interval, by }: Counted, places: readonly string[]): string {
  const fields = by.map((field) => `, ${FIELD_SQL[field]} AS by_${field}`).join('')
  const keys = by.map((field) => `, by_${field}`).join('')
  const unit = UNIT_SQL[interval]
  const [only = '', ...others] = places
  if (others.length === 0) {
    const start = bucketSql(interval, unit)
    return `SELECT ${start} AS start, count()${fields} FROM events WHERE ${only}`
  }
  const counts = places.map(
    (where) => `SELECT ${unit} AS unit${fields}, count() AS events FROM events
      WHERE ${where} GROUP BY unit${keys}`,
  )
  return `SELECT ${bucketSql(interval, 'unit')} AS start, sum(events)${keys}
    FROM (${counts.join(' UNION ALL ')})`
}

/** The WHERE conditions of the places where the events of a filter are counted, from one on. */
function placesSql(counted: Counted, parameters: StatementParameters): readonly string[] {
  const { filter } = counted
  if (filter.parts === undefined) return placesOfSql(counted, parameters)
  return filter.parts.flatMap((part) =>
    placesOfSql({ ...counted, filter: { ...filter, parts: [part] } }, parameters),
  )
}

/**
 * Whole days are counted from a projection of table `events`, when one has the fields that are
 * asked about; the engine takes it only for conditions on the day itself. What is left of a span
 * before and after its whole days is counted from the events.
 */
function placesOfSql(
  { filter, interval, by }: Counted,
  parameters: StatementParameters,
): readonly string[] {
  const span = {
    fromMicros: filter.fromMicros ?? ALL_TIME.fromMicros,
    toMicros: filter.toMicros ?? ALL_TIME.toMicros,
  }
  const firstDay = Math.ceil(span.fromMicros / DAY_MICROS) * DAY_MICROS
  const lastDay = Math.floor(span.toMicros / DAY_MICROS) * DAY_MICROS
  const isByDay = interval === 'day' || interval === 'month'
  if (!isByDay || firstDay >= lastDay || !isCountedByDay(filter, by)) {
    return [filterSql(filter, parameters)]
  }
  const { fromMicros: _from, toMicros: _to, ...timeless } = filter
  const wholeDays = `${filterSql(timeless, parameters)}
    AND toDate32(time) >= toDate32(${parameters.addTime(firstDay)})
    AND toDate32(time) < toDate32(${parameters.addTime(lastDay)})`
  const edges = [
    { fromMicros: span.fromMicros, toMicros: firstDay },
    { fromMicros: lastDay, toMicros: span.toMicros },
  ].filter(({ fromMicros, toMicros }) => fromMicros < toMicros)
  if (edges.length === 0) return [wholeDays]
  const spans = edges.map((edge) => spanSql(edge, parameters)).join(' OR ')
  return [wholeDays, `${filterSql(timeless, parameters)} AND (${spans})`]
}

function spanSql({ fromMicros, toMicros }: TimeWindow, parameters: StatementParameters): string {
  return `time >= ${parameters.addTime(fromMicros)} AND time < ${parameters.addTime(toMicros)}`
}

/** The fields that `shape` is made of, which each of the projections has. */
const SHAPE_FIELDS: readonly Field[] = [
  'sourceKind',
  'sourceName',
  'action',
  'verb',
  'nativeAction',
  'category',
  'level',
  'outcome',
  'actorKind',
  'targetType',
]

/** What events are counted by, besides their day, in the projections of schema/001-events.sql. */
const COUNTED_FIELDS: readonly ReadonlySet<Field>[] = [
  new Set<Field>([...SHAPE_FIELDS, 'namespace']),
  new Set<Field>([...SHAPE_FIELDS, 'actorId', 'actorName', 'actorEmail']),
  new Set<Field>([...SHAPE_FIELDS, 'namespace', 'repository']),
  new Set<Field>([...SHAPE_FIELDS, 'ip']),
]

/** Whether counts of events by `by` are in one of the projections, for whole days. */
export function isCountedByDay({ conditions, parts }: PartedFilter, by: readonly Field[]): boolean {
  const asked = parts === undefined ? [conditions] : parts.map((part) => part.conditions)
  return asked.every((all) =>
    COUNTED_FIELDS.some(
      (fields) =>
        by.every((field) => fields.has(field)) && all.every((one) => isOnFields(one, fields)),
    ),
  )
}

function isOnFields(condition: Condition, fields: ReadonlySet<Field>): boolean {
  if ('field' in condition) return fields.has(condition.field)
  if (!('anyOf' in condition)) return false
  return condition.anyOf.every((all) => all.every((one) => isOnFields(one, fields)))
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
