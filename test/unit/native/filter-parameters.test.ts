import { describe, expect, test } from 'vitest'
import { Fault } from '../../../src/core/errors.ts'
import {
  type FilterParameters,
  readFilter,
} from '../../../src/dialects/native/filter-parameters.ts'

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
  const one = readFilter({ action: ['b', 'a', 'b'], tenant: ['y', 'x'], q: ['2', '1'] }, ALL)
  const other = readFilter({ q: ['1', '2'], tenant: ['x', 'y'], action: ['a', 'b'] }, ALL)
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
