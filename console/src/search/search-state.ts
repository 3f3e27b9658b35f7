import { DEFAULT_RANGE, momentOf, spanMillis, type TimeRange } from '../time/time-range.ts'
import { COLUMN_NAMES, type ColumnName, DEFAULT_COLUMNS } from './column-names.ts'
import { filterNamed, type Term, termProblem } from './term.ts'

/** Everything that the events page shows, as its URL states it; see docs/console.md. */
export interface SearchState {
  readonly terms: readonly Term[]
  readonly range: TimeRange
  readonly order: 'newest' | 'oldest'
  readonly columns: readonly ColumnName[]
  /** The event that is open. */
  readonly eventId?: string | undefined
  /** Whether events are followed as they arrive. */
  readonly isLive: boolean
}

/** A search with what was left out of it: the parameters that cannot be used, as sentences. */
export interface ReadSearch {
  readonly state: SearchState
  readonly problems: readonly string[]
}

/** The search of a URL without parameters. */
export const DEFAULT_SEARCH: SearchState = {
  terms: [],
  range: DEFAULT_RANGE,
  order: 'newest',
  columns: DEFAULT_COLUMNS,
  isLive: false,
}

const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Reads the query of a URL. Never throws: what cannot be used is named and left out. */
export function readSearch(query: string): ReadSearch {
  const parameters = new URLSearchParams(query)
  const problems: string[] = []
  const refuse = (name: string, value: string, expected: string) =>
    problems.push(`${name}=${value}: ${expected}`)
  const terms: Term[] = []
  for (const [name, value] of parameters) {
    const isExcluded = name.startsWith('-')
    const plain = isExcluded ? name.slice(1) : name
    const filter = plain === 'q' ? 'q' : filterNamed(plain)
    if (filter !== undefined) {
      const term: Term = { name: filter, value, isExcluded }
      const problem = termProblem(term)
      if (problem === undefined) terms.push(term)
      else refuse(name, value, problem)
    } else if (!OWN_PARAMETERS.includes(name)) {
      problems.push(`${name}: the page has no such parameter`)
    }
  }
  const eventId = parameters.get('event')
  const isEventId = eventId !== null && EVENT_ID.test(eventId)
  if (eventId !== null && !isEventId) refuse('event', eventId, 'an event is named by its id')
  return {
    state: {
      terms,
      range: readRange(parameters, refuse),
      order: readWord(parameters, 'order', refuse) === 'oldest' ? 'oldest' : 'newest',
      columns: readColumns(parameters, refuse),
      ...(isEventId && { eventId: eventId.toLowerCase() }),
      isLive: readWord(parameters, 'live', refuse) === 'true',
    },
    problems,
  }
}

/** The query of a URL that states a search, without the question mark. */
export function writeSearch(state: SearchState): string {
  const parameters = new URLSearchParams(filterParameters(state.terms))
  const { range } = state
  if (range.kind === 'all') parameters.set('last', 'all')
  if (range.kind === 'last' && !isDefault(range)) parameters.set('last', range.span)
  if (range.kind === 'between') {
    if (range.from !== undefined) parameters.set('from', range.from)
    if (range.to !== undefined) parameters.set('to', range.to)
  }
  if (state.order === 'oldest') parameters.set('order', 'oldest')
  if (state.columns.join() !== DEFAULT_COLUMNS.join()) {
    parameters.set('columns', state.columns.join())
  }
  if (state.isLive) parameters.set('live', 'true')
  if (state.eventId !== undefined) parameters.set('event', state.eventId)
  return parameters.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
}

/** Terms as parameters of the API and of the page. */
export function filterParameters(terms: readonly Term[]): [name: string, value: string][] {
  return terms.map(({ name, value, isExcluded }) => [isExcluded ? `-${name}` : name, value])
}

const OWN_PARAMETERS = ['last', 'from', 'to', 'order', 'columns', 'live', 'event']
const PARAMETER_WORDS = { order: ['newest', 'oldest'], live: ['true', 'false'] } as const

type Refuse = (name: string, value: string, expected: string) => void

function isDefault(range: TimeRange): boolean {
  return JSON.stringify(range) === JSON.stringify(DEFAULT_RANGE)
}

function readWord(
  parameters: URLSearchParams,
  name: keyof typeof PARAMETER_WORDS,
  refuse: Refuse,
): string | undefined {
  const value = parameters.get(name)
  if (value === null) return undefined
  const words = PARAMETER_WORDS[name]
  const word = words.find((one) => one === value)
  if (word === undefined) refuse(name, value, `one of ${words.join(', ')}`)
  return word
}

function readRange(parameters: URLSearchParams, refuse: Refuse): TimeRange {
  const last = parameters.get('last')
  if (last === 'all') return { kind: 'all' }
  if (last !== null && spanMillis(last) !== undefined) return { kind: 'last', span: last }
  if (last !== null) refuse('last', last, 'a span such as 15m, 24h or 7d, or all')
  const from = readMoment(parameters, 'from', refuse)
  const to = readMoment(parameters, 'to', refuse)
  if (from === undefined && to === undefined) return DEFAULT_RANGE
  if (from !== undefined && to !== undefined && (momentOf(from) ?? 0) > (momentOf(to) ?? 0)) {
    refuse('to', to, 'a time that is not before from')
    return { kind: 'between', from }
  }
  return { kind: 'between', ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

function readMoment(
  parameters: URLSearchParams,
  name: 'from' | 'to',
  refuse: Refuse,
): string | undefined {
  const text = parameters.get(name)
  if (text === null) return undefined
  if (momentOf(text) !== undefined) return text
  refuse(name, text, 'a time such as 2026-11-30T08:00:00Z, or a date')
  return undefined
}

function readColumns(parameters: URLSearchParams, refuse: Refuse): readonly ColumnName[] {
  const text = parameters.get('columns')
  if (text === null) return DEFAULT_COLUMNS
  const named = text.split(',').filter((name) => name !== '')
  const known = COLUMN_NAMES.filter((name) => named.includes(name))
  for (const name of named.filter((one) => !known.some((column) => column === one))) {
    refuse('columns', name, `columns are ${COLUMN_NAMES.join(', ')}`)
  }
  return known.length === 0 ? DEFAULT_COLUMNS : known
}
