import type { Condition, Field } from '../../../core/query/query.ts'
import { isUuid } from '../../../core/values/uuid.ts'
import { FIELD_SQL } from '../event-columns.ts'
import type { PartedFilter } from '../shapes/shape-parts.ts'
import { missingMemberSql } from '../shapes/shape-values.ts'
import { digestBeginningSql, storedDigestSql } from '../write/stored-digest.ts'
import { isAscii } from './ascii.ts'
import type { StatementParameters } from './statement-parameters.ts'
import { textSql } from './text-search.ts'

/** A WHERE condition for the events that match a filter; its values are parameters. */
export function filterSql(filter: PartedFilter, parameters: StatementParameters): string {
  const tests = [tenantSql(filter.tenants, parameters)]
  if (filter.fromMicros !== undefined) {
    tests.push(`time >= ${parameters.addTime(filter.fromMicros)}`)
  }
  if (filter.toMicros !== undefined) tests.push(`time < ${parameters.addTime(filter.toMicros)}`)
  return [...tests, ...conditionTests(filter, parameters)].join(' AND ')
}

function conditionTests(
  { conditions, parts }: PartedFilter,
  parameters: StatementParameters,
): readonly string[] {
  if (parts === undefined) return allTests(conditions, parameters)
  const [only, ...others] = parts.map(({ shapes, conditions: left }) => [
    oneOfSql('shape', shapes, parameters),
    ...allTests(left, parameters),
  ])
  if (only === undefined) return ['false']
  if (others.length === 0) return only
  return [`(${[only, ...others].map((tests) => `(${tests.join(' AND ')})`).join(' OR ')})`]
}

function allTests(
  conditions: readonly Condition[],
  parameters: StatementParameters,
): readonly string[] {
  const tests = conditions.map((condition) => conditionSql(condition, parameters))
  return [...tests, ...pairTests(conditions, parameters)]
}

/** Fields that the pair indexes of schema/001-events.sql combine with `namespace`. */
const PAIRED_WITH_NAMESPACE: readonly (readonly Field[])[] = [
  ['actorName', 'actorId', 'actorEmail'],
  ['repository'],
]

/**
 * Redundant conditions in the form that the pair indexes understand, derived from a namespace and a
 * condition on an indexed field. Most rows do not have both of two common values.
 */
function pairTests(
  conditions: readonly Condition[],
  parameters: StatementParameters,
): readonly string[] {
  const namespace = onlyValue(conditions, ['namespace'])?.value
  if (namespace === undefined) return []
  return PAIRED_WITH_NAMESPACE.flatMap((fields) => {
    const found = onlyValue(conditions, fields)
    if (found === undefined) return []
    const values = [namespace, found.value].map((value) => parameters.add('String', value))
    const tests = found.fields.map(
      (field) =>
        `cityHash64(target_namespace, ${FIELD_SQL[field]}) = cityHash64(${values.join(', ')})`,
    )
    return [`(${tests.join(' OR ')})`]
  })
}

interface Demand {
  readonly fields: readonly Field[]
  readonly value: string
}

/** The first demand for a single value in some of the fields; undefined when there is none. */
function onlyValue(conditions: readonly Condition[], among: readonly Field[]): Demand | undefined {
  for (const condition of conditions) {
    const demand = demandOf(condition)
    if (demand?.fields.every((field) => among.includes(field))) return demand
  }
  return undefined
}

/** The value that a condition demands of a field, or of any of several fields. */
function demandOf(condition: Condition): Demand | undefined {
  if ('field' in condition && 'in' in condition) {
    const [value, ...others] = condition.in
    if (value === undefined || others.length > 0) return undefined
    return { fields: [condition.field], value }
  }
  if (!('anyOf' in condition)) return undefined
  const demands = condition.anyOf.map(([only, ...others]) =>
    only === undefined || others.length > 0 ? undefined : demandOf(only),
  )
  const value = demands[0]?.value
  if (value === undefined || demands.some((demand) => demand?.value !== value)) return undefined
  return { fields: demands.flatMap((demand) => demand?.fields ?? []), value }
}

/** A condition for the events of the tenants; with an empty list it matches none. */
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
  if ('not' in condition) return `NOT (${conditionSql(condition.not, parameters)})`
  if ('text' in condition) return `(${textSql(condition.text, parameters)})`
  if ('messageContains' in condition) {
    const text = parameters.add('String', condition.messageContains)
    return `positionCaseInsensitiveUTF8(message, ${text}) > 0`
  }
  if ('fromSeq' in condition) {
    const origin = parameters.add('String', condition.origin)
    return `(origin != ${origin} OR seq >= ${parameters.add('UInt64', condition.fromSeq)})`
  }
  if ('digestOf' in condition) return digestSql(condition, parameters)
  if ('detail' in condition) return detailSql(condition, parameters)
  if ('inIgnoringCase' in condition) return ignoringCaseSql(condition, parameters)
  if ('notHexadecimalDigits' in condition) {
    const pattern = `^[0-9a-f]{${condition.notHexadecimalDigits}}$`
    return `NOT match(${FIELD_SQL[condition.field]}, ${parameters.add('String', pattern)})`
  }
  if ('startsWithAny' in condition) return beginningSql(condition, parameters)
  if ('in' in condition) return fieldSql(condition.field, condition.in, parameters)
  return `NOT (${fieldSql(condition.field, condition.notIn, parameters)})`
}

function beginningSql(
  { field, startsWithAny }: Extract<Condition, { readonly startsWithAny: unknown }>,
  parameters: StatementParameters,
): string {
  const tests = startsWithAny.map((text) =>
    field === 'digest'
      ? digestBeginningSql(text, parameters)
      : `startsWith(${FIELD_SQL[field]}, ${parameters.add('String', text)})`,
  )
  return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`
}

/** Folding letters outside ASCII costs several times as much, and few values have any. */
function ignoringCaseSql(
  { field, inIgnoringCase }: Extract<Condition, { readonly inIgnoringCase: unknown }>,
  parameters: StatementParameters,
): string {
  if (inIgnoringCase.every(isAscii)) {
    const folded = inIgnoringCase.map((value) => value.toLowerCase())
    return oneOfSql(`lower(${FIELD_SQL[field]})`, folded, parameters)
  }
  // The engine folds both sides, so that they are folded alike.
  const values = parameters.add('Array(String)', inIgnoringCase)
  const folded = `arrayMap(value -> lowerUTF8(value), ${values})`
  return `has(${folded}, lowerUTF8(${FIELD_SQL[field]}))`
}

function digestSql(
  { digestOf, startsWith }: Extract<Condition, { readonly digestOf: unknown }>,
  parameters: StatementParameters,
): string {
  const texts = digestOf.map((field) => FIELD_SQL[field]).join(", '\\n', ")
  const digits = parameters.add('String', startsWith)
  return `startsWith(lower(hex(SHA256(concat(${texts}, '')))), ${digits})`
}

function detailSql(
  { detail, in: values }: Extract<Condition, { readonly detail: string }>,
  parameters: StatementParameters,
): string {
  const key = parameters.add('String', detail)
  // The engine would also convert numbers to text.
  const text = `if(JSONType(details, ${key}) = 'String', JSONExtractString(details, ${key}), '')`
  return oneOfSql(text, values, parameters)
}

function allOfSql(conditions: readonly Condition[], parameters: StatementParameters): string {
  if (conditions.length === 0) return 'true'
  return `(${conditions.map((condition) => conditionSql(condition, parameters)).join(' AND ')})`
}

/** Whether the only value is the empty one, as in a condition on a field's presence. */
export function isEmptyAlone([first, ...others]: readonly string[]): boolean {
  return first === '' && others.length === 0
}

/**
 * Ids are compared as UUIDs, and digests as they are stored, so that their indexes apply. Whether a
 * target has a member is answered by its shape, for which counts by day exist.
 */
function fieldSql(
  field: Field,
  values: readonly string[],
  parameters: StatementParameters,
): string {
  const missing = isEmptyAlone(values) ? missingMemberSql(field) : undefined
  if (missing !== undefined) return missing
  if (field === 'id') return uuidSql(values, parameters)
  if (field === 'digest') {
    const digests = values.map((value) => storedDigestSql(value, parameters))
    return digests.length === 0 ? 'false' : `digest IN (${digests.join(', ')})`
  }
  if (field !== 'eventId') return oneOfSql(FIELD_SQL[field], values, parameters)
  const own = `event_id_is_id != '1' AND ${oneOfSql('source_event_id', values, parameters)}`
  return `(${own} OR event_id_is_id = '1' AND ${uuidSql(values, parameters)})`
}

function uuidSql(values: readonly string[], parameters: StatementParameters): string {
  // Stored ids are lower case and compared exactly, so another spelling matches no id.
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
  // With an equality, the engine can read a sorted run from its end.
  if (second === undefined) return `${expression} = ${parameters.add('String', first)}`
  return `${expression} IN ${parameters.add('Array(String)', values)}`
}
