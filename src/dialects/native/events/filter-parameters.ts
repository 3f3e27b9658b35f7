import { type Static, Type } from 'typebox'
import type { Visibility } from '../../../access/directory/visibility.ts'
import { ACTION } from '../../../core/boundary/parse-event.ts'
import { invalidValue } from '../../../core/errors.ts'
import { CATEGORIES, LEVELS, OUTCOMES } from '../../../core/event/event.ts'
import {
  FILTER_VALUES_MAX,
  FILTER_VALUES_TOTAL_MAX,
  FULL_TEXT_LENGTH_MAX,
  FULL_TEXT_WORDS_MAX,
  NAME_LENGTH_MAX,
  REPOSITORY_LENGTH_MAX,
} from '../../../core/limits.ts'
import type { Condition, EventFilter, Field } from '../../../core/query/query.ts'
import { parseTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'
import { canonicalIp } from '../../../core/values/ip-address.ts'
import { REPOSITORY_PATTERN, repositoryProblem } from '../../../core/values/repository-name.ts'
import { BEGINNING_DIGITS_MIN, targetBeginnings } from './target-conditions.ts'

const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX })

function repeatable<Item extends Type.TSchema>(item: Item, description: string) {
  const options = { description, minItems: 1, maxItems: FILTER_VALUES_MAX }
  return Type.Optional(Type.Array(item, options))
}

const Time = (description: string) =>
  Type.Optional(
    Type.String({
      description: `RFC 3339, or YYYY-MM-DD for its first moment: ${description}`,
      documented: { anyOf: [{ format: 'date-time' }, { format: 'date' }] },
    }),
  )

/** The opposite of a filter: the event may not have any of the values. */
function excluded<Item extends Type.TSchema>(item: Item, filter: string) {
  return repeatable(item, `Excludes the events that \`${filter}\` with this value finds`)
}

const Action = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  documented: { pattern: ACTION.pattern.source },
})
const Category = Type.Enum(CATEGORIES)
const Level = Type.Enum(LEVELS)
const Outcome = Type.Enum(OUTCOMES)
const Text = Type.String({
  minLength: 1,
  maxLength: FULL_TEXT_LENGTH_MAX,
  // With at least one word, and without wildcards.
  documented: { pattern: '^[^*?]*[0-9A-Za-z\\u0080-\u{10ffff}][^*?]*$' },
})
const Repository = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  documented: { pattern: REPOSITORY_PATTERN, maxLength: REPOSITORY_LENGTH_MAX },
})
const Ip = Type.String({
  minLength: 1,
  maxLength: NAME_LENGTH_MAX,
  documented: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
})

/**
 * The query parameters that select events. Several values of one parameter mean "or"; those with a
 * minus sign exclude events, and different parameters must all match.
 */
export const filterParameters = {
  tenant: repeatable(Name, 'Tenant, among those that the token may see'),
  from: Time('events from this time on'),
  to: Time('events before this time'),
  actor: repeatable(Name, "The actor's name, id or email"),
  action: repeatable(Action, '`object.verb`, such as image.push; without wildcards'),
  category: repeatable(Category, 'Category of the event'),
  namespace: repeatable(Name, "The target's namespace"),
  repository: repeatable(Repository, "The target's repository, without its namespace"),
  target: repeatable(
    Name,
    "The target's name, id, tag or digest; for an id or a digest, the first " +
      `${BEGINNING_DIGITS_MIN} or more hexadecimal digits suffice, with or without \`sha256:\``,
  ),
  source: repeatable(Name, 'Where the event came from: `kind` or `kind/name`'),
  level: repeatable(Level, 'How serious the event is'),
  outcome: repeatable(Outcome, 'How the action ended'),
  ip: repeatable(Ip, "The client's address"),
  q: repeatable(
    Text,
    "Words that must all occur in the event's action, outcome, names, message, client or " +
      'details; whole words, without `*` and `?`',
  ),
  '-tenant': excluded(Name, 'tenant'),
  '-actor': excluded(Name, 'actor'),
  '-action': excluded(Action, 'action'),
  '-category': excluded(Category, 'category'),
  '-namespace': excluded(Name, 'namespace'),
  '-repository': excluded(Repository, 'repository'),
  '-target': excluded(Name, 'target'),
  '-source': excluded(Name, 'source'),
  '-level': excluded(Level, 'level'),
  '-outcome': excluded(Outcome, 'outcome'),
  '-ip': excluded(Ip, 'ip'),
  '-q': excluded(Text, 'q'),
}

const FilterParameters = Type.Object(filterParameters)
/** The filter parameters of a request, as validated by the schema. */
export type FilterParameters = Static<typeof FilterParameters>

/**
 * The filter of a request, never wider than `visible`. Equal requests give equal filters in any
 * order of values, because a cursor is bound to the text of its filter.
 *
 * Throws `request.invalid` that names the parameter.
 */
export function readFilter(parameters: FilterParameters, visible: Visibility): EventFilter {
  refuseTooMany(parameters)
  const fromMicros = readTime('from', parameters.from)
  const toMicros = readTime('to', parameters.to)
  if (fromMicros !== undefined && toMicros !== undefined && fromMicros > toMicros) {
    throw invalidValue('to', 'a time that is not before `from`')
  }
  return {
    tenants: readTenants(parameters.tenant, visible.tenants),
    ...(fromMicros === undefined ? {} : { fromMicros }),
    ...(toMicros === undefined ? {} : { toMicros }),
    conditions: [...visible.conditions, ...readConditions(parameters)],
  }
}

const WILDCARD = /[*?]/

/** A run of these is a word, as in the store's full-text search. */
const WORD = /[0-9A-Za-z\u0080-\u{10ffff}]+/gu

/** Checked first, because the store tests every event of the time range for each value. */
function refuseTooMany({ q = [], '-q': notQ = [], ...others }: FilterParameters): void {
  const words = [...q, ...notQ].reduce((sum, text) => sum + wordsIn(text), 0)
  if (words > FULL_TEXT_WORDS_MAX) {
    throw invalidValue('q', `at most ${FULL_TEXT_WORDS_MAX} words in a request, not ${words}`)
  }
  const lists = Object.entries({ ...others, q, '-q': notQ }).map(
    ([name, value]) => [name, Array.isArray(value) ? value.length : 0] as const,
  )
  const values = lists.reduce((sum, [, length]) => sum + length, 0)
  if (values <= FILTER_VALUES_TOTAL_MAX) return
  const [longest] = lists.toSorted(([, one], [, other]) => other - one)
  const expected = `at most ${FILTER_VALUES_TOTAL_MAX} values of all filters of a request`
  throw invalidValue(longest?.[0] ?? '', `${expected}, not ${values}`)
}

function wordsIn(text: string): number {
  return text.match(WORD)?.length ?? 0
}

function readTenants(
  asked: readonly string[] | undefined,
  visible: EventFilter['tenants'],
): EventFilter['tenants'] {
  if (asked === undefined) return visible
  return visible === 'all' ? normal(asked) : visible.filter((tenant) => asked.includes(tenant))
}

/** The filters that compare fields; an event needs the value in any of them. */
const FILTERED_FIELDS = {
  actor: ['actorName', 'actorId', 'actorEmail'],
  action: ['action'],
  category: ['category'],
  namespace: ['namespace'],
  repository: ['repository'],
  level: ['level'],
  outcome: ['outcome'],
} as const satisfies Readonly<Record<string, readonly Field[]>>

const FIELD_FILTERS = [
  'actor',
  'action',
  'category',
  'namespace',
  'repository',
  'level',
  'outcome',
] as const satisfies (keyof typeof FILTERED_FIELDS)[]

function readConditions(parameters: FilterParameters): readonly Condition[] {
  checkValues(parameters)
  const conditions = FIELD_FILTERS.flatMap((name) => [
    ...oneOf(parameters[name], FILTERED_FIELDS[name]),
    ...noneOf(parameters[`-${name}`], FILTERED_FIELDS[name]),
  ])
  return [
    ...noneOf(parameters['-tenant'], ['tenant']),
    ...conditions,
    ...oneOf(readAddresses(parameters, 'ip'), ['ip']),
    ...noneOf(readAddresses(parameters, '-ip'), ['ip']),
    ...targetConditions(parameters),
    ...anyOf(parameters.source, sourceConditions),
    ...normal(parameters['-source'] ?? []).flatMap(otherSourceConditions),
    ...anyOf(parameters.q, (text) => [{ text }]),
    ...normal(parameters['-q'] ?? []).map((text) => ({ not: { text } })),
  ]
}

const TARGET_FIELDS: readonly Field[] = ['targetName', 'targetId', 'tag', 'digest']

function targetConditions(parameters: FilterParameters): readonly Condition[] {
  const excludedTargets = parameters['-target'] ?? []
  const others = targetBeginnings(normal(excludedTargets))
  const wanted = oneOf(parameters.target, TARGET_FIELDS).flatMap((exact) => {
    const beginnings = targetBeginnings(normal(parameters.target ?? []))
    return beginnings.length === 0
      ? [exact]
      : [{ anyOf: [[exact], ...beginnings.map((one) => [one])] }]
  })
  return [
    ...wanted,
    ...noneOf(parameters['-target'], TARGET_FIELDS),
    ...others.map((condition) => ({ not: condition })),
  ]
}

/** @throws Fault `request.invalid` for a value that no event can have. */
function checkValues(parameters: FilterParameters): void {
  for (const name of ['action', '-action'] as const) {
    for (const action of parameters[name] ?? []) {
      if (!ACTION.pattern.test(action)) throw invalidValue(name, ACTION.expected)
    }
  }
  for (const name of ['repository', '-repository'] as const) {
    for (const path of parameters[name] ?? []) {
      const expected = repositoryProblem(path)
      if (expected !== undefined) throw invalidValue(name, expected)
    }
  }
  for (const name of ['q', '-q'] as const) {
    for (const text of parameters[name] ?? []) {
      if (wordsIn(text) === 0) throw invalidValue(name, 'a text with at least one letter or digit')
      if (WILDCARD.test(text)) {
        throw invalidValue(
          name,
          'whole words, because parts of words, `*` and `?` cannot be searched for',
        )
      }
    }
  }
}

/** Addresses in the canonical form that events have. */
function readAddresses(
  parameters: FilterParameters,
  name: 'ip' | '-ip',
): readonly string[] | undefined {
  return parameters[name]?.map((ip) => {
    const address = canonicalIp(ip)
    if (address === undefined) throw invalidValue(name, 'an IPv4 or IPv6 address')
    return address
  })
}

/** One of the values in one of the fields. */
function oneOf(values: readonly string[] | undefined, fields: readonly Field[]): Condition[] {
  if (values === undefined) return []
  const conditions = fields.map((field): Condition => ({ field, in: normal(values) }))
  return conditions.length === 1 ? conditions : [{ anyOf: conditions.map((one) => [one]) }]
}

/** None of the values in any of the fields. */
function noneOf(values: readonly string[] | undefined, fields: readonly Field[]): Condition[] {
  return values === undefined ? [] : fields.map((field) => ({ field, notIn: normal(values) }))
}

/** The conditions for any of the values. */
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

function otherSourceConditions(source: string): readonly Condition[] {
  const slash = source.indexOf('/')
  if (slash === -1) return [{ field: 'sourceKind', notIn: [source] }]
  const otherKind: Condition = { field: 'sourceKind', notIn: [source.slice(0, slash)] }
  const otherName: Condition = { field: 'sourceName', notIn: [source.slice(slash + 1)] }
  return [{ anyOf: [[otherKind], [otherName]] }]
}

function normal(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort()
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Times that no event can have are moved to the nearest that one can have. */
function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const micros = parseTimestamp(DAY.test(text) ? `${text}T00:00:00Z` : text)
  if (micros === undefined) throw invalidValue(name, 'an RFC 3339 time or a date as YYYY-MM-DD')
  return Math.min(Math.max(micros, TIME_MICROS_MIN), TIME_MICROS_END)
}
