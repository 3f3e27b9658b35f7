import { CATEGORIES, LEVELS, OUTCOMES } from '../../../src/core/event/event.ts'

/** The filters of the API by one field; see docs/queries.md. */
export const FILTER_NAMES = [
  'action',
  'actor',
  'namespace',
  'repository',
  'target',
  'outcome',
  'source',
  'category',
  'level',
  'ip',
  'tenant',
] as const

/** A filter by one field. */
export type FilterName = (typeof FILTER_NAMES)[number]

/** One condition of a search: a value of a filter, or words (`q`). */
export interface Term {
  readonly name: FilterName | 'q'
  readonly value: string
  readonly isExcluded: boolean
}

/** The values of filters that have few. */
export const WORDS: Partial<Record<FilterName, readonly string[]>> = {
  outcome: OUTCOMES,
  level: LEVELS,
  category: CATEGORIES,
}

/** Longest value of a filter, and longest text of `q`, in UTF-16 units. */
const VALUE_LENGTH_MAX = 512
const TEXT_LENGTH_MAX = 256

const ACTION = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/i
const WORD = /[0-9A-Za-z\u0080-\u{10ffff}]/u

/** The name of a filter that a text is, for parameters and for the search box. */
export function filterNamed(text: string): FilterName | undefined {
  return FILTER_NAMES.find((name) => name === text)
}

/** Why the server would reject a term, as a sentence; undefined for a valid one. */
export function termProblem({ name, value }: Pick<Term, 'name' | 'value'>): string | undefined {
  if (name === 'q') return textProblem(value)
  if (value === '') return `Write a value after ${name}:`
  if (value.length > VALUE_LENGTH_MAX) {
    return `A value of ${name} has at most ${VALUE_LENGTH_MAX} characters`
  }
  const words = WORDS[name]
  if (words !== undefined && !words.includes(value)) {
    return `${name} is one of ${words.join(', ')}`
  }
  if (name === 'action' && !ACTION.test(value)) {
    return 'An action is object.verb in lower case, such as image.push, without wildcards'
  }
  if (name === 'ip' && !ADDRESS.test(value)) return 'ip is an IPv4 or IPv6 address'
  if (name === 'repository' && value.split('/').some((part) => part === '')) {
    return 'A repository is a path such as app or team/app'
  }
  return undefined
}

function textProblem(value: string): string | undefined {
  if (value.length > TEXT_LENGTH_MAX) return `A text has at most ${TEXT_LENGTH_MAX} characters`
  if (/[*?]/.test(value)) return 'Search finds whole words; * and ? cannot be searched for'
  return WORD.test(value) ? undefined : 'A text has at least one letter or digit'
}

/** Whether two terms are about the same value, included or excluded. */
export function isAboutSame(one: Term, other: Term): boolean {
  return one.name === other.name && one.value === other.value
}

/** The terms with one more; a term about the same value is replaced. */
export function withTerm(terms: readonly Term[], term: Term): readonly Term[] {
  return [...terms.filter((one) => !isAboutSame(one, term)), term]
}
