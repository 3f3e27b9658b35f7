import { type Static, Type } from 'typebox'
import type { Visibility } from '../../access/visibility.ts'
import { Fault } from '../../core/errors.ts'
import { CATEGORIES, LEVELS, OUTCOMES } from '../../core/event.ts'
import { canonicalIp } from '../../core/ip-address.ts'
import { FILTER_VALUES_MAX, FULL_TEXT_LENGTH_MAX, NAME_LENGTH_MAX } from '../../core/limits.ts'
import type { Condition, EventFilter, Field } from '../../core/query.ts'
import { repositoryProblem } from '../../core/repository-name.ts'
import { parseTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../core/timestamp.ts'

const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX })

function repeatable<Item extends Type.TSchema>(item: Item, description: string) {
  const options = { description, minItems: 1, maxItems: FILTER_VALUES_MAX }
  return Type.Optional(Type.Array(item, options))
}

const Time = (description: string) =>
  Type.Optional(
    Type.String({ description: `RFC 3339, or YYYY-MM-DD for its first moment: ${description}` }),
  )

/** The query parameters that choose events. Several values of one of them mean "or". */
export const filterParameters = {
  tenant: repeatable(Name, 'Tenant; of those that the token may see'),
  from: Time('events at it or later'),
  to: Time('events before it'),
  actor: repeatable(Name, "The actor's name, id or email"),
  action: repeatable(Name, '`object.verb`, such as image.push'),
  category: repeatable(Type.Enum(CATEGORIES), 'What the event is about'),
  namespace: repeatable(Name, "The target's namespace"),
  repository: repeatable(Name, "The target's repository, without its namespace"),
  target: repeatable(Name, "The target's name, id, tag or digest"),
  source: repeatable(Name, 'Where the event came from: `kind` or `kind/name`'),
  level: repeatable(Type.Enum(LEVELS), 'How serious the event is'),
  outcome: repeatable(Type.Enum(OUTCOMES), 'How the action ended'),
  ip: repeatable(Name, "The client's address"),
  q: repeatable(
    Type.String({ minLength: 1, maxLength: FULL_TEXT_LENGTH_MAX }),
    "Words that all occur in the event's action, outcome, names, message, client or details",
  ),
}

const FilterParameters = Type.Object(filterParameters)
/** The filter parameters of a request, as the schema let them through. */
export type FilterParameters = Static<typeof FilterParameters>

/**
 * The filter that a request asks for, never wider than `visible`. Equal requests give equal filters
 * whatever the order of their values, since a cursor is bound to its filter's text.
 *
 * Throws `request.invalid` naming the parameter.
 */
export function readFilter(parameters: FilterParameters, visible: Visibility): EventFilter {
  const fromMicros = readTime('from', parameters.from)
  const toMicros = readTime('to', parameters.to)
  if (fromMicros !== undefined && toMicros !== undefined && fromMicros > toMicros) {
    throw invalid('to', 'a time that is not before `from`')
  }
  return {
    tenants: readTenants(parameters.tenant, visible.tenants),
    ...(fromMicros === undefined ? {} : { fromMicros }),
    ...(toMicros === undefined ? {} : { toMicros }),
    conditions: [...visible.conditions, ...readConditions(parameters)],
  }
}

const HAS_WORD = /[0-9A-Za-z\u0080-\u{10ffff}]/u

function readTenants(
  asked: readonly string[] | undefined,
  visible: EventFilter['tenants'],
): EventFilter['tenants'] {
  if (asked === undefined) return visible
  return visible === 'all' ? normal(asked) : visible.filter((tenant) => asked.includes(tenant))
}

function readConditions(parameters: FilterParameters): readonly Condition[] {
  const { actor, action, category, namespace, repository, target } = parameters
  for (const path of repository ?? []) {
    const expected = repositoryProblem(path)
    if (expected !== undefined) throw invalid('repository', expected)
  }
  const addresses = parameters.ip?.map((ip) => {
    const address = canonicalIp(ip)
    if (address === undefined) throw invalid('ip', 'an IPv4 or IPv6 address')
    return address
  })
  for (const text of parameters.q ?? []) {
    if (!HAS_WORD.test(text)) throw invalid('q', 'a text with a letter or a digit')
  }
  return [
    ...oneOf(actor, ['actorName', 'actorId', 'actorEmail']),
    ...oneOf(action, ['action']),
    ...oneOf(category, ['category']),
    ...oneOf(namespace, ['namespace']),
    ...oneOf(repository, ['repository']),
    ...oneOf(target, ['targetName', 'targetId', 'tag', 'digest']),
    ...anyOf(parameters.source, sourceConditions),
    ...oneOf(parameters.level, ['level']),
    ...oneOf(parameters.outcome, ['outcome']),
    ...oneOf(addresses, ['ip']),
    ...anyOf(parameters.q, (text) => [{ text }]),
  ]
}

/** One of the values in one of the fields. */
function oneOf(values: readonly string[] | undefined, fields: readonly Field[]): Condition[] {
  if (values === undefined) return []
  const conditions = fields.map((field): Condition => ({ field, in: normal(values) }))
  return conditions.length === 1 ? conditions : [{ anyOf: conditions.map((one) => [one]) }]
}

/** What one of the values stands for. */
function anyOf(
  values: readonly string[] | undefined,
  conditionsOf: (value: string) => readonly Condition[],
): readonly Condition[] {
  if (values === undefined) return []
  const choices = normal(values).map(conditionsOf)
  return choices.length === 1 ? (choices[0] ?? []) : [{ anyOf: choices }]
}

function sourceConditions(source: string): readonly Condition[] {
  const slash = source.indexOf('/')
  if (slash === -1) return [{ field: 'sourceKind', in: [source] }]
  return [
    { field: 'sourceKind', in: [source.slice(0, slash)] },
    { field: 'sourceName', in: [source.slice(slash + 1)] },
  ]
}

function normal(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Times outside of those that an event can have are moved to the nearest that it can. */
function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const micros = parseTimestamp(DAY.test(text) ? `${text}T00:00:00Z` : text)
  if (micros === undefined) throw invalid(name, 'an RFC 3339 time or a date as YYYY-MM-DD')
  return Math.min(Math.max(micros, TIME_MICROS_MIN), TIME_MICROS_END)
}

function invalid(path: string, expected: string): Fault {
  return new Fault('request.invalid', { problems: [{ path, expected }] })
}
