import type { Condition, EventFilter, Field } from '../../core/query.ts'
import { isUuid } from '../../core/uuid.ts'
import { FIELD_SQL } from './event-columns.ts'
import type { StatementParameters } from './statement-parameters.ts'
import { textSql } from './text-search.ts'

/** A WHERE condition for the events that a filter lets through; its values are parameters. */
export function filterSql(filter: EventFilter, parameters: StatementParameters): string {
  const tests = [tenantSql(filter.tenants, parameters)]
  if (filter.fromMicros !== undefined) {
    tests.push(`time >= ${parameters.addTime(filter.fromMicros)}`)
  }
  if (filter.toMicros !== undefined) tests.push(`time < ${parameters.addTime(filter.toMicros)}`)
  for (const condition of filter.conditions) tests.push(conditionSql(condition, parameters))
  tests.push(...pairTests(filter.conditions, parameters))
  return tests.join(' AND ')
}

/** Pairs of fields that an index of schema/001-events.sql covers together. */
const INDEXED_PAIRS: readonly (readonly [Field, Field])[] = [
  ['namespace', 'actorName'],
  ['namespace', 'repository'],
]

/**
 * What follows from two conditions that name one value each, in the form that the index over the
 * pair understands: most rows have neither of two common values together.
 */
function pairTests(
  conditions: readonly Condition[],
  parameters: StatementParameters,
): readonly string[] {
  return INDEXED_PAIRS.flatMap(([left, right]) => {
    const [leftValue, rightValue] = [onlyValue(conditions, left), onlyValue(conditions, right)]
    if (leftValue === undefined || rightValue === undefined) return []
    const columns = `${FIELD_SQL[left]}, ${FIELD_SQL[right]}`
    const values = [leftValue, rightValue].map((value) => parameters.add('String', value))
    return [`cityHash64(${columns}) = cityHash64(${values.join(', ')})`]
  })
}

/** The value that a condition demands of a field; undefined when none demands a single one. */
function onlyValue(conditions: readonly Condition[], field: Field): string | undefined {
  for (const condition of conditions) {
    if (!('in' in condition) || condition.field !== field) continue
    if (condition.in.length === 1) return condition.in[0]
  }
  return undefined
}

/** A condition that holds for events of the tenants: of none when the list is empty. */
export function tenantSql(
  tenants: readonly string[] | 'all',
  parameters: StatementParameters,
): string {
  return tenants === 'all' ? 'true' : oneOfSql('tenant', tenants, parameters)
}

function conditionSql(condition: Condition, parameters: StatementParameters): string {
  if ('anyOf' in condition) {
    const alternatives = condition.anyOf.map((conditions) => allOfSql(conditions, parameters))
    return alternatives.length === 0 ? 'false' : `(${alternatives.join(' OR ')})`
  }
  if ('text' in condition) return `(${textSql(condition.text, parameters)})`
  if ('messageContains' in condition) {
    const text = parameters.add('String', condition.messageContains)
    return `positionCaseInsensitiveUTF8(message, ${text}) > 0`
  }
  if ('fromSeq' in condition) {
    const origin = parameters.add('String', condition.origin)
    return `(origin != ${origin} OR seq >= ${parameters.add('UInt64', condition.fromSeq)})`
  }
  if ('in' in condition) return fieldSql(condition.field, condition.in, parameters)
  return `NOT (${fieldSql(condition.field, condition.notIn, parameters)})`
}

function allOfSql(conditions: readonly Condition[], parameters: StatementParameters): string {
  if (conditions.length === 0) return 'true'
  return `(${conditions.map((condition) => conditionSql(condition, parameters)).join(' AND ')})`
}

/** Ids are compared as UUIDs and not as texts, so that their indexes serve. */
function fieldSql(
  field: Field,
  values: readonly string[],
  parameters: StatementParameters,
): string {
  if (field === 'id') return uuidSql(values, parameters)
  if (field !== 'eventId') return oneOfSql(FIELD_SQL[field], values, parameters)
  const own = `event_id_is_id = 0 AND ${oneOfSql('source_event_id', values, parameters)}`
  return `(${own} OR event_id_is_id = 1 AND ${uuidSql(values, parameters)})`
}

function uuidSql(values: readonly string[], parameters: StatementParameters): string {
  // Stored ids are lower case, and comparison minds the case: another spelling equals no id.
  const ids = values.filter((value) => isUuid(value) && value === value.toLowerCase())
  return ids.length === 0 ? 'false' : `id IN ${parameters.add('Array(UUID)', ids)}`
}

function oneOfSql(
  expression: string,
  values: readonly string[],
  parameters: StatementParameters,
): string {
  const [first, second] = values
  if (first === undefined) return 'false'
  // An equality with one value lets the engine read a sorted run from its end.
  if (second === undefined) return `${expression} = ${parameters.add('String', first)}`
  return `${expression} IN ${parameters.add('Array(String)', values)}`
}
