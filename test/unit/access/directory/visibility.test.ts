import { describe, expect, test } from 'vitest'
import { type Principal, ROLES, type Role } from '../../../../src/access/directory/principal.ts'
import {
  mayAdminister,
  mayWrite,
  visibleEvents,
} from '../../../../src/access/directory/visibility.ts'

function principal(roles: readonly Role[], more: Partial<Principal> = {}): Principal {
  return {
    userId: 'u',
    name: 'u',
    kind: 'user',
    tenant: 'red',
    roles,
    grants: [],
    tokenId: 't',
    scopes: [],
    ...more,
  }
}

const GRANTS = [
  { id: '1', user: 'u', role: 'admin', namespace: 'library' },
  { id: '2', user: 'u', role: 'read', namespace: 'other', repository: 'app' },
] as const

describe('reading', () => {
  test.each<Role>(['administrator', 'power-user', 'security-manager', 'auditor'])(
    '%s sees all of its tenant and nothing else',
    (role) => {
      const visible = { tenants: ['red'], conditions: [] }
      expect(visibleEvents(principal([role]))).toEqual(visible)
      expect(visibleEvents(principal([role], { grants: GRANTS }))).toEqual(visible)
    },
  )

  test.each<Role>(['writer', 'member'])('%s sees nothing without a grant', (role) => {
    expect(visibleEvents(principal([role]))).toEqual({ tenants: [], conditions: [] })
  })

  test('a member sees the namespaces and repositories of its grants', () => {
    expect(visibleEvents(principal(['member'], { grants: GRANTS }))).toEqual({
      tenants: ['red'],
      conditions: [
        {
          anyOf: [
            [{ field: 'namespace', in: ['library'] }],
            [
              { field: 'namespace', in: ['other'] },
              { field: 'repository', in: ['app'] },
            ],
          ],
        },
      ],
    })
  })

  test('of those without a tenant, only an administrator sees anything', () => {
    for (const role of ROLES) {
      const { tenants } = visibleEvents(principal([role], { tenant: null, grants: GRANTS }))
      expect(tenants).toEqual(role === 'administrator' ? 'all' : [])
    }
  })
})

test('writers and administrators send, administrators administer', () => {
  expect(ROLES.filter((role) => mayWrite(principal([role])))).toEqual(['administrator', 'writer'])
  expect(ROLES.filter((role) => mayAdminister(principal([role])))).toEqual(['administrator'])
})
