import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMN_NAMES } from '../../../../console/src/search/column-names.ts'
import {
  DEFAULT_SEARCH,
  readSearch,
  type SearchState,
  writeSearch,
} from '../../../../console/src/search/search-state.ts'
import { FILTER_NAMES, termProblem } from '../../../../console/src/search/term.ts'

const term = fc
  .record({
    name: fc.constantFrom(...FILTER_NAMES, 'q' as const),
    value: fc.oneof(
      fc.constantFrom('image.push', 'success', 'info', 'image', '10.0.0.1', 'a&b=c', 'x+y z%20'),
      fc.string({ minLength: 1, maxLength: 20 }),
    ),
    isExcluded: fc.boolean(),
  })
  .filter((one) => termProblem(one) === undefined)
const moment = fc.constantFrom('2026-11-01', '2026-11-02T10:00:00Z', '2026-11-03T10:00:00.5+01:00')
const range: fc.Arbitrary<SearchState['range']> = fc.oneof(
  fc.record({ kind: fc.constant('all' as const) }),
  fc.record({ kind: fc.constant('last' as const), span: fc.constantFrom('15m', '7d', '90d') }),
  moment.map((from) => ({ kind: 'between' as const, from })),
  moment.map((to) => ({ kind: 'between' as const, to })),
)
const state: fc.Arbitrary<SearchState> = fc.record({
  terms: fc.uniqueArray(term, { selector: (one) => JSON.stringify(one), maxLength: 6 }),
  range,
  order: fc.constantFrom('newest' as const, 'oldest' as const),
  columns: fc
    .subarray([...COLUMN_NAMES], { minLength: 1 })
    .map((names) => COLUMN_NAMES.filter((name) => names.includes(name))),
  isLive: fc.boolean(),
})

test('a URL states everything that the page shows', () => {
  fc.assert(
    fc.property(state, (search) => {
      const query = writeSearch(search)
      expect(readSearch(query)).toEqual({ state: search, problems: [] })
      expect(readSearch(`?${query}`)).toEqual({ state: search, problems: [] })
    }),
  )
})

test('an address without parameters is the usual search, and the usual search adds none', () => {
  expect(readSearch('')).toEqual({ state: DEFAULT_SEARCH, problems: [] })
  expect(writeSearch(DEFAULT_SEARCH)).toBe('')
})

test('the address of docs/console.md is read as it says', () => {
  const { state: read, problems } = readSearch(
    'actor=alice&-action=image.pull&last=24h&columns=time,actor,target&order=oldest&live=true',
  )
  expect(problems).toEqual([])
  expect(read).toEqual({
    terms: [
      { name: 'actor', value: 'alice', isExcluded: false },
      { name: 'action', value: 'image.pull', isExcluded: true },
    ],
    range: { kind: 'last', span: '24h' },
    order: 'oldest',
    columns: ['time', 'actor', 'target'],
    isLive: true,
  })
})

test.each([
  ['foo=1', 'foo: the page has no such parameter'],
  ['last=soon', 'last=soon: a span'],
  ['from=yesterday', 'from=yesterday: a time'],
  ['from=2026-11-02&to=2026-11-01', 'to=2026-11-01: a time that is not before from'],
  ['order=up', 'order=up: one of newest, oldest'],
  ['live=1', 'live=1: one of true, false'],
  ['columns=time,shoes', 'columns=shoes: columns are'],
  ['event=7', 'event=7: an event is named by its id'],
  ['outcome=maybe', 'outcome=maybe: outcome is one of'],
  ['q=*', 'q=*: Search finds whole words'],
  ['%zz=%', 'the page has no such parameter'],
])('%s is named and left out, and the rest is searched', (broken, problem) => {
  const { state: read, problems } = readSearch(`actor=alice&${broken}`)
  expect(problems.join('\n')).toContain(problem)
  expect(read.terms).toContainEqual({ name: 'actor', value: 'alice', isExcluded: false })
})

test('no query of a URL makes the page fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (query) => void readSearch(query)),
  )
})
