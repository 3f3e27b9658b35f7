import { expect, test } from 'vitest'
import { TenantNames } from '../../../../src/access/directory/tenant-names.ts'

const TENANTS = [
  { name: 'acme', projectIds: ['p1', 'p2'], accounts: ['Acme Inc'] },
  { name: 'beta', projectIds: [], accounts: [] },
]

test('a tenant is found by its name and its aliases of one kind, and shown by the first', () => {
  const names = new TenantNames(TENANTS, 'projectIds')
  for (const name of ['acme', 'p1', 'p2']) expect(names.tenantOf(name)).toBe('acme')
  expect(names.tenantOf('Acme Inc')).toBe('Acme Inc')
  expect([names.shown('acme'), names.shown('beta'), names.shown('other')]).toEqual([
    'p1',
    'beta',
    'other',
  ])
  expect(names.configured).toEqual(['acme', 'beta'])
})

test('a name that means two tenants stops the start', () => {
  for (const projectIds of [['p1'], ['acme']]) {
    const twice = [...TENANTS, { name: 'gamma', projectIds, accounts: [] }]
    expect(() => new TenantNames(twice, 'projectIds')).toThrow(/acme and gamma are both called/)
  }
})
