import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventFilter } from '../../../../../src/core/query/query.ts'
import {
  type Asking,
  KnownSearches,
  SEARCH_REPEAT_MS,
  SEARCHES_KNOWN_MAX,
} from '../../../../../src/dialects/native/searches/known-searches.ts'

const NOW = 1_800_000_000_000_000
const MINUTE = 60_000_000
const ALL: EventFilter = { tenants: ['red'], conditions: [] }

const asking = (filter: Partial<EventFilter> = {}, more: Partial<Asking> = {}): Asking => ({
  ...{ caller: 'token', isToken: true, purpose: 'look', id: undefined },
  filter: { ...ALL, ...filter },
  ...more,
})

function meetAt(known: KnownSearches, one: Asking, nowMicros = NOW): boolean {
  return known.meet(known.keyOf(one, nowMicros), one, nowMicros)
}

test('a program that asks for the last minute is known for an hour, whatever it asks', () => {
  const known = new KnownSearches()
  const polls = Array.from({ length: 120 }, (_, minutes) => {
    const now = NOW + minutes * MINUTE
    return meetAt(known, asking({ fromMicros: now - MINUTE, toMicros: now }), now)
  })
  const unknown = polls.flatMap((isMet, minutes) => (isMet ? [] : [minutes]))
  expect(unknown).toEqual([0, SEARCH_REPEAT_MS / 60_000])
})

test('a session that follows live is known as long as it is remembered', () => {
  const known = new KnownSearches()
  const session = { caller: 'session:1', isToken: false }
  expect(meetAt(known, asking({}, session))).toBe(false)
  expect(meetAt(known, asking({}, session), NOW + 10_000 * MINUTE)).toBe(true)
})

test.each<[string, Asking]>([
  ['of another caller', asking({}, { caller: 'other' })],
  ['under a name', asking({}, { id: 'a' })],
  ['for a document', asking({}, { purpose: 'download' })],
  ['of another tenant', asking({ tenants: ['blue'] })],
  ['of another condition', asking({ conditions: [{ text: 'x' }] })],
  ['of a period that is over', asking({ fromMicros: 0, toMicros: MINUTE })],
])('a search %s is another one', (_, other) => {
  const known = new KnownSearches()
  meetAt(known, asking())
  expect(meetAt(known, other)).toBe(false)
  expect(meetAt(known, other)).toBe(true)
  expect(meetAt(known, asking())).toBe(true)
})

const periods = fc.array(
  fc.record({
    fromMicros: fc.integer({ min: NOW - 10 * MINUTE, max: NOW }),
    toMicros: fc.constantFrom(NOW, NOW - 100 * MINUTE, NOW - 200 * MINUTE),
  }),
)

test('no moment that is asked for goes unrecorded', () => {
  fc.assert(
    fc.property(periods, (asked) => {
      const known = new KnownSearches()
      const recorded: { readonly fromMicros: number; readonly toMicros: number }[] = []
      for (const period of asked) {
        if (!meetAt(known, asking(period))) recorded.push(period)
        const isTold = recorded.some(
          ({ fromMicros, toMicros }) =>
            fromMicros <= period.fromMicros && toMicros >= period.toMicros,
        )
        expect(isTold).toBe(true)
      }
    }),
  )
})

test('what is remembered is bounded', () => {
  const known = new KnownSearches()
  meetAt(known, asking())
  for (let id = 0; id < SEARCHES_KNOWN_MAX; id += 1) meetAt(known, asking({}, { id: `${id}` }))
  expect(meetAt(known, asking())).toBe(false)
})
