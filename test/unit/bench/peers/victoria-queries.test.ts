import { expect, test } from 'vitest'
import {
  victoriaAggregate,
  victoriaPage,
  victoriaWord,
} from '../../../../bench/peers/victoria-queries.ts'
import { readerPath } from '../../../../bench/questions/page-cases.ts'

const parametersOf = (path: string | undefined) =>
  Object.fromEntries(new URL(path ?? '', 'http://127.0.0.1').searchParams)

test('a page asks for the same events, the same number of them and the same end of time', () => {
  const query = 'namespace=media-2&repository=web&actor=a%2Bci&to=2026-11-22T00:00:00.000Z&limit=20'
  expect(parametersOf(victoriaPage(`/v1/events?${query}`))).toEqual({
    query: '{target.namespace="media-2"} target.repository:="web" actor.name:="a+ci"',
    end: '2026-11-22T00:00:00.000Z',
    limit: '20',
  })
  expect(parametersOf(victoriaPage('/v1/events?limit=5'))).toEqual({ query: '*', limit: '5' })
})

test('a page that the sent events cannot answer has no counterpart', () => {
  expect(victoriaPage('/v1/events?category=image&limit=20')).toBeUndefined()
  expect(victoriaPage('/api/v1/organization/media-2/logs?limit=20')).toBeUndefined()
})

test('readers request five kinds of pages in turn, each with a counterpart', () => {
  const path = readerPath({ seed: 3, count: 1000, endMicros: Date.UTC(2026, 10, 22) * 1000 })
  const filters = Array.from({ length: 5 }, (_, index) => {
    expect(victoriaPage(path(index)), path(index)).toBeDefined()
    const names = [...new URL(path(index), 'http://127.0.0.1').searchParams.keys()]
    return names.filter((name) => name !== 'limit' && name !== 'to').join(' ')
  })
  expect(new Set(filters).size).toBe(5)
  expect(path(5)).not.toBe(path(0))
})

test('an aggregate covers the days of the question and no moment more', () => {
  const path = victoriaAggregate({
    namespace: 'media-2',
    startMicros: Date.UTC(2026, 9, 1) * 1000,
    endMicros: Date.UTC(2026, 10, 1) * 1000,
  })
  const { start, end } = parametersOf(path)
  expect([start, end]).toEqual(['2026-10-01T00:00:00.000Z', '2026-10-31T23:59:59.999Z'])
})

test('a word is asked for in any field or in one', () => {
  expect(parametersOf(victoriaWord('needle', 'any', 20))['query']).toBe('*:"needle"')
  const named = parametersOf(victoriaWord('needle', 'details.build', 20))
  expect(named).toEqual({ query: 'details.build:"needle"', limit: '20' })
})
