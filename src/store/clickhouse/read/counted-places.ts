import type { Condition, Field, HistogramQuery } from '../../../core/query/query.ts'
import { PRIORITY } from '../connection/engine-settings.ts'
import { filterOf, PACKED_COLUMNS } from '../event-columns.ts'
import { filterSql, isEmptyAlone } from '../filter/filter-sql.ts'
import type { StatementParameters } from '../filter/statement-parameters.ts'
import type { PartedFilter } from '../shapes/shape-parts.ts'
import { missingMemberSql } from '../shapes/shape-values.ts'
import { ALL_TIME, DAY_MICROS, type TimeWindow } from './time-windows.ts'

/** Which events are counted, and how they are grouped. */
export interface Counted extends Pick<HistogramQuery, 'interval' | 'by' | 'timeZone'> {
  readonly filter: PartedFilter
}

/** One of several disjoint sets of events to count. */
export interface CountedPlace {
  /** The WHERE condition. */
  readonly whereSql: (parameters: StatementParameters) => string
  /** The SETTINGS clause, which limits the projections that the engine considers. */
  readonly settingsSql: string
}

/** The places where the events of a filter are counted; empty when no events can match. */
export function countedPlaces(counted: Counted): readonly CountedPlace[] {
  const { filter } = counted
  if (filter.parts === undefined) return placesOf(counted)
  return filter.parts.flatMap((part) =>
    placesOf({ ...counted, filter: { ...filter, parts: [part] } }),
  )
}

const FROM_EVENTS = `SETTINGS priority = ${PRIORITY.count}, optimize_use_projections = 0`

/**
 * Counts whole days from a projection of table `events`, if one has the requested fields; the
 * engine uses it only for conditions on the day. The rest of the span, before and after the whole
 * days, is counted from the events.
 */
function placesOf({ filter, interval, by, timeZone }: Counted): readonly CountedPlace[] {
  const span = {
    fromMicros: filter.fromMicros ?? ALL_TIME.fromMicros,
    toMicros: filter.toMicros ?? ALL_TIME.toMicros,
  }
  const firstDay = Math.ceil(span.fromMicros / DAY_MICROS) * DAY_MICROS
  const lastDay = Math.floor(span.toMicros / DAY_MICROS) * DAY_MICROS
  const isByDay = interval === 'day' || interval === 'week' || interval === 'month'
  const isInUtc = timeZone === undefined
  const counts = isByDay && isInUtc && firstDay < lastDay ? countsByDay(filter, by) : undefined
  if (counts === undefined) {
    const whereSql = (parameters: StatementParameters) => filterSql(filter, parameters)
    return [{ whereSql, settingsSql: FROM_EVENTS }]
  }
  const { fromMicros: _from, toMicros: _to, ...timeless } = filter
  const wholeDays: CountedPlace = {
    whereSql: (parameters) => `${filterSql(timeless, parameters)}
      AND toDate32(time) >= toDate32(${parameters.addTime(firstDay)})
      AND toDate32(time) < toDate32(${parameters.addTime(lastDay)})`,
    settingsSql: `SETTINGS priority = ${PRIORITY.count},
      preferred_optimize_projection_name = '${counts}'`,
  }
  const edges = [
    { fromMicros: span.fromMicros, toMicros: firstDay },
    { fromMicros: lastDay, toMicros: span.toMicros },
  ].filter(({ fromMicros, toMicros }) => fromMicros < toMicros)
  if (edges.length === 0) return [wholeDays]
  const whereSql = (parameters: StatementParameters) => {
    const spans = edges.map((edge) => spanSql(edge, parameters)).join(' OR ')
    return `${filterSql(timeless, parameters)} AND (${spans})`
  }
  return [wholeDays, { whereSql, settingsSql: FROM_EVENTS }]
}

function spanSql({ fromMicros, toMicros }: TimeWindow, parameters: StatementParameters): string {
  return `time >= ${parameters.addTime(fromMicros)} AND time < ${parameters.addTime(toMicros)}`
}

/** The tenant and the fields of the shape, which every projection has. */
const IN_EVERY_PROJECTION: readonly Field[] = [
  'tenant',
  ...PACKED_COLUMNS.shape.flatMap(({ field }) => (field && filterOf(field)) ?? []),
  'verb',
]

/**
 * The projections of schema/001-events.sql, the smallest first, with the fields that each has
 * besides day and shape.
 */
const COUNTS_BY_DAY: readonly (readonly [name: string, fields: ReadonlySet<Field>])[] = [
  ['by_shape_and_day', new Set(IN_EVERY_PROJECTION)],
  ['by_namespace_and_day', new Set<Field>([...IN_EVERY_PROJECTION, 'namespace'])],
  [
    'by_actor_and_day',
    new Set<Field>([...IN_EVERY_PROJECTION, 'actorId', 'actorName', 'actorEmail']),
  ],
  ['by_address_and_day', new Set<Field>([...IN_EVERY_PROJECTION, 'ip'])],
  ['by_repository_and_day', new Set<Field>([...IN_EVERY_PROJECTION, 'namespace', 'repository'])],
]

/** The name of the projection that counts events by `by` for whole days, if there is one. */
export function countsByDay(
  { conditions, parts }: PartedFilter,
  by: readonly Field[],
): string | undefined {
  const asked = parts === undefined ? conditions : parts.flatMap((part) => part.conditions)
  const found = COUNTS_BY_DAY.find(
    ([, fields]) =>
      by.every((field) => fields.has(field)) && asked.every((one) => isOnFields(one, fields)),
  )
  return found?.[0]
}

function isOnFields(condition: Condition, fields: ReadonlySet<Field>): boolean {
  if ('field' in condition) return fields.has(condition.field) || isOnPresence(condition)
  if ('not' in condition) return isOnFields(condition.not, fields)
  if (!('anyOf' in condition)) return false
  return condition.anyOf.every((all) => all.every((one) => isOnFields(one, fields)))
}

/** Whether a condition depends only on whether a target has a member, which the shape shows. */
function isOnPresence(condition: Extract<Condition, { readonly field: Field }>): boolean {
  if (missingMemberSql(condition.field) === undefined) return false
  if ('in' in condition) return isEmptyAlone(condition.in)
  return 'notIn' in condition && isEmptyAlone(condition.notIn)
}
