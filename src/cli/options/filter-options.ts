import { CommandError } from '../command-error.ts'

/** The filter options, named for the parameters of the API; repeated values mean "or". */
const FINDING_OPTIONS = {
  from: {
    type: 'text',
    placeholder: 'TIME',
    description:
      'Events from this time on: 2026-11-22, 2026-11-22T08:00:00Z, or an age: 90m, 12h, 7d',
  },
  to: { type: 'text', placeholder: 'TIME', description: 'Events before this time' },
  actor: {
    type: 'texts',
    placeholder: 'NAME',
    description: 'Name, id or e-mail address of the actor',
  },
  action: { type: 'texts', placeholder: 'ACTION', description: 'Action, such as image.push' },
  category: {
    type: 'texts',
    placeholder: 'CATEGORY',
    description: 'Category: image, container, pipeline …',
  },
  namespace: { type: 'texts', placeholder: 'NAME', description: "The target's namespace" },
  repository: {
    type: 'texts',
    placeholder: 'NAME',
    description: "The target's repository, without the namespace",
  },
  target: {
    type: 'texts',
    placeholder: 'NAME',
    description:
      "The target's name, id, tag or digest; 12 or more leading digits suffice for an id or digest",
  },
  source: {
    type: 'texts',
    placeholder: 'KIND[/NAME]',
    description: 'The source of the event',
  },
  level: { type: 'texts', placeholder: 'LEVEL', description: 'info, warn or error' },
  outcome: {
    type: 'texts',
    placeholder: 'OUTCOME',
    description: 'success, failure, denied, pending or unknown',
  },
  ip: { type: 'texts', placeholder: 'ADDRESS', description: "The client's address" },
  tenant: { type: 'texts', placeholder: 'NAME', description: 'Only events of this tenant' },
} as const

type FindingName = keyof typeof FINDING_OPTIONS
type ExcludedName = Exclude<FindingName, 'from' | 'to'>

/** `--not-actor`: the opposite of a repeatable option. */
function notOption(name: ExcludedName) {
  const { placeholder } = FINDING_OPTIONS[name]
  return { type: 'texts', placeholder, description: `Exclude events that --${name} finds` } as const
}

/** All filter options, including those that exclude events. */
export const FILTER_OPTIONS = {
  ...FINDING_OPTIONS,
  'not-actor': notOption('actor'),
  'not-action': notOption('action'),
  'not-category': notOption('category'),
  'not-namespace': notOption('namespace'),
  'not-repository': notOption('repository'),
  'not-target': notOption('target'),
  'not-source': notOption('source'),
  'not-level': notOption('level'),
  'not-outcome': notOption('outcome'),
  'not-ip': notOption('ip'),
  'not-tenant': notOption('tenant'),
  not: {
    type: 'texts',
    placeholder: 'TEXT',
    description: 'Exclude events that contain every word of TEXT',
  },
} as const

type FilterName = keyof typeof FILTER_OPTIONS
type FilterValues = { readonly [Name in FilterName]: string | readonly string[] | undefined }

/** Explains the filters, for the help. */
export const FILTER_HELP =
  'A repeated filter matches any of its values; different filters must all match. A filter that ' +
  'begins with --not excludes what its opposite finds. TEXT is a full-text search: every word of ' +
  'it must occur.'

/**
 * The API query for filters and full-text operands.
 *
 * @throws CommandError `usage` for an invalid time.
 */
export function filterQuery(values: FilterValues, texts: readonly string[]): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of Object.keys(FILTER_OPTIONS).filter(isFilterName)) {
    const value = values[name]
    const list = typeof value === 'string' ? [value] : (value ?? [])
    const parameter = parameterOf(name)
    for (const item of list) query.append(parameter, isTime(name) ? absoluteTime(name, item) : item)
  }
  if (texts.length > 0) query.append('q', texts.join(' '))
  return query
}

/** The API parameter of an option: `-actor` for `--not-actor`. */
function parameterOf(name: FilterName): string {
  return name === 'not' ? '-q' : name.replace(/^not-/, '-')
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** Converts an age (`12h`) to an RFC 3339 time; returns any other text unchanged. */
export function absoluteTime(option: string, text: string): string {
  const { count, unit } = /^(?<count>\d{1,6})(?<unit>[smhdw])$/.exec(text)?.groups ?? {}
  const unitMs = UNIT_MS[unit ?? '']
  if (count !== undefined && unitMs !== undefined) {
    return new Date(Date.now() - Number(count) * unitMs).toISOString()
  }
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) return text
  throw new CommandError(
    `--${option}: expected a date, an RFC 3339 time, or an age such as 90m, 12h or ` +
      `7d; found ${JSON.stringify(text)}`,
    { ending: 'usage' },
  )
}

function isFilterName(name: string): name is FilterName {
  return Object.hasOwn(FILTER_OPTIONS, name)
}

function isTime(name: FilterName): boolean {
  return name === 'from' || name === 'to'
}
