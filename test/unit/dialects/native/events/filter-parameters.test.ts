import { describe, expect, test } from 'vitest'
import { Fault } from '../../../../../src/core/errors.ts'
import type { Event } from '../../../../../src/core/event/event.ts'
import {
  type FilterParameters,
  filterParameters,
  readFilter,
} from '../../../../../src/dialects/native/events/filter-parameters.ts'
import { eventOf } from '../../../../support/store-events.ts'
import { StoreModel } from '../../../../support/store-model.ts'

const ALL = { tenants: 'all', conditions: [] } as const
const RED = { tenants: ['red'], conditions: [{ field: 'namespace', in: ['a'] }] } as const

/** The parameters that are refused. */
function refused(parameters: FilterParameters): readonly string[] {
  try {
    readFilter(parameters, ALL)
    return []
  } catch (error) {
    return error instanceof Fault ? error.problems.map(({ path }) => path) : ['another error']
  }
}

describe('a filter is never wider than what may be seen', () => {
  test('what may be seen stays part of it', () => {
    expect(readFilter({}, RED)).toEqual(RED)
    expect(readFilter({ action: ['image.push'] }, RED).conditions).toContainEqual({
      field: 'namespace',
      in: ['a'],
    })
  })

  test('other tenants cannot be asked for', () => {
    expect(readFilter({ tenant: ['blue'] }, RED).tenants).toEqual([])
    expect(readFilter({ tenant: ['blue', 'red'] }, RED).tenants).toEqual(['red'])
    expect(readFilter({ tenant: ['blue'] }, ALL).tenants).toEqual(['blue'])
    expect(readFilter({ tenant: ['blue'] }, { tenants: [], conditions: [] }).tenants).toEqual([])
  })
})

test('equal questions give equal filters, whatever the order of their values', () => {
  const one = readFilter({ actor: ['b', 'a', 'b'], tenant: ['y', 'x'], q: ['2', '1'] }, ALL)
  const other = readFilter({ q: ['1', '2'], tenant: ['x', 'y'], actor: ['a', 'b'] }, ALL)
  expect(JSON.stringify(one)).toBe(JSON.stringify(other))
})

describe('times', () => {
  test('a date is its first moment', () => {
    const { fromMicros, toMicros } = readFilter({ from: '2026-11-01', to: '2026-11-02' }, ALL)
    expect(fromMicros).toBe(Date.UTC(2026, 10, 1) * 1000)
    expect(toMicros).toBe(Date.UTC(2026, 10, 2) * 1000)
  })

  test('times that no event can have become the nearest that it can', () => {
    const { fromMicros, toMicros } = readFilter({ from: '0000-01-01', to: '9999-12-31' }, ALL)
    expect(fromMicros).toBe(0)
    expect(toMicros).toBe(Date.UTC(2200, 0, 1) * 1000)
  })

  test('what is no time, and an end before the begin, are refused by name', () => {
    expect(refused({ from: '1' })).toEqual(['from'])
    expect(refused({ to: '2026-11-31' })).toEqual(['to'])
    expect(refused({ from: '2026-11-02', to: '2026-11-01' })).toEqual(['to'])
    expect(refused({ from: '2026-11-02', to: '2026-11-02' })).toEqual([])
  })
})

test('addresses and repository paths are checked', () => {
  expect(refused({ ip: ['1.2.3.4', '::1'], repository: ['a', 'a/b'] })).toEqual([])
  expect(refused({ ip: ['1.2.3.4:80'] })).toEqual(['ip'])
  expect(refused({ repository: ['a/../b'] })).toEqual(['repository'])
})

test('a source is a kind, or a kind and a name that may hold slashes', () => {
  expect(readFilter({ source: ['api'] }, ALL).conditions).toEqual([
    { field: 'sourceKind', in: ['api'] },
  ])
  expect(readFilter({ source: ['api/a/b'] }, ALL).conditions).toEqual([
    { field: 'sourceKind', in: ['api'] },
    { field: 'sourceName', in: ['a/b'] },
  ])
})

describe('what leaves out is the opposite of what finds', () => {
  const model = new StoreModel()
  model.events.push(...eventsOfManyKinds().map((event, seq) => ({ event, origin: 'test', seq })))
  const seqs = (parameters: FilterParameters) =>
    model.matching(readFilter(parameters, ALL)).map(({ seq }) => seq)

  test('every filter but the times has an opposite', () => {
    const names = Object.keys(filterParameters).filter((name) => !name.startsWith('-'))
    const opposites = names.filter((name) => name !== 'from' && name !== 'to')
    expect(names.filter((name) => Object.hasOwn(filterParameters, `-${name}`))).toEqual(opposites)
  })

  test.each<[FilterParameters, FilterParameters]>([
    [{ tenant: ['red'] }, { '-tenant': ['red'] }],
    [{ actor: ['alice'] }, { '-actor': ['alice'] }],
    [{ actor: ['alice', 'u2'] }, { '-actor': ['u2', 'alice'] }],
    [{ action: ['image.push'] }, { '-action': ['image.push'] }],
    [{ category: ['image'] }, { '-category': ['image'] }],
    [{ namespace: ['library'] }, { '-namespace': ['library'] }],
    [{ repository: ['app'] }, { '-repository': ['app'] }],
    [{ target: ['v1', 'web-1'] }, { '-target': ['v1', 'web-1'] }],
    [{ source: ['engine'] }, { '-source': ['engine'] }],
    [{ source: ['engine/h1', 'engine/h2'] }, { '-source': ['engine/h1', 'engine/h2'] }],
    [{ level: ['warn'] }, { '-level': ['warn'] }],
    [{ outcome: ['denied'] }, { '-outcome': ['denied'] }],
    [{ ip: ['2001:db8::1'] }, { '-ip': ['2001:DB8:0::1'] }],
    [{ q: ['push app', 'web'] }, { '-q': ['push app', 'web'] }],
  ])('%j finds what %j leaves out', (finds, leavesOut) => {
    const found = seqs(finds)
    expect(found.length).toBeGreaterThan(0)
    expect(seqs(leavesOut)).toEqual(seqs({}).filter((seq) => !found.includes(seq)))
    expect(seqs({ ...finds, ...leavesOut })).toEqual([])
  })
})

function eventsOfManyKinds(): readonly Event[] {
  const person = { kind: 'user' } as const
  return [
    { actor: null },
    { actor: { ...person, name: 'alice' }, tenant: 'red', level: 'warn' as const },
    { actor: { ...person, id: 'u2', email: 'alice' }, source: { kind: 'engine', name: 'h1' } },
    { actor: { ...person, id: 'u2' }, source: { kind: 'engine', name: 'h3' } },
    { source: { kind: 'api', name: 'h1' }, outcome: 'denied' as const },
    { target: { namespace: 'library', repository: 'app', tag: 'v1' }, action: 'image.push' },
    { target: { namespace: 'other', name: 'web-1' }, client: { ip: '2001:db8::1' } },
    { category: 'container' as const, action: 'container.start', client: { ip: '192.0.2.1' } },
    { category: 'image' as const, action: 'image.pull' },
  ].map(eventOf)
}
