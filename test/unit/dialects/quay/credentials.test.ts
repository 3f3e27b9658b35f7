import { describe, expect, test } from 'vitest'
import { type Principal, SCOPES, type Scope } from '../../../../src/access/directory/principal.ts'
import { authorize, isAllowed } from '../../../../src/dialects/quay/credentials.ts'
import { QuayError } from '../../../../src/dialects/quay/errors.ts'
import { SUBJECT_KINDS, type SubjectKind } from '../../../../src/dialects/quay/parameters.ts'
import type { LogSubject } from '../../../../src/dialects/quay/selection.ts'

const GRANT = { id: 'g', user: 'u', namespace: 'acme' } as const

const CALLERS: Readonly<Record<string, Partial<Principal>>> = {
  'a stranger': {},
  'the namespace itself': { name: 'acme' },
  'an administrator of the namespace': { grants: [{ ...GRANT, role: 'admin' }] },
  'a writer of the namespace': { grants: [{ ...GRANT, role: 'write' }] },
  'a reader of the namespace': { grants: [{ ...GRANT, role: 'read' }] },
  'an administrator of the repository': {
    grants: [{ ...GRANT, role: 'admin', repository: 'app' }],
  },
  'a writer of the repository': { grants: [{ ...GRANT, role: 'write', repository: 'app' }] },
  'an administrator of another repository': {
    grants: [{ ...GRANT, role: 'admin', repository: 'app/more' }],
  },
  'an administrator of another namespace': {
    grants: [{ ...GRANT, role: 'admin', namespace: 'acme2' }],
  },
  'an administrator of the tenant': { roles: ['administrator'] },
  'an auditor of the tenant': { roles: ['auditor'] },
  'a member with other roles': { roles: ['member', 'writer', 'power-user', 'security-manager'] },
}

/** Whether each caller may read the log of: the own namespace, acme, acme/app. */
const MATRIX: Readonly<Record<string, readonly [boolean, boolean, boolean]>> = {
  'a stranger': [true, false, false],
  'the namespace itself': [true, true, true],
  'an administrator of the namespace': [true, true, true],
  'a writer of the namespace': [true, false, false],
  'a reader of the namespace': [true, false, false],
  'an administrator of the repository': [true, false, true],
  'a writer of the repository': [true, false, false],
  'an administrator of another repository': [true, false, false],
  'an administrator of another namespace': [true, false, false],
  'an administrator of the tenant': [true, true, true],
  'an auditor of the tenant': [true, true, true],
  'a member with other roles': [true, false, false],
}

const NEEDED: Readonly<Record<SubjectKind, Scope>> = {
  user: 'user:admin',
  organization: 'org:admin',
  repository: 'repo:admin',
}

function principal(fields: Partial<Principal>): Principal {
  return {
    userId: 'u',
    name: 'bob',
    kind: 'user',
    tenant: 'default',
    roles: [],
    grants: [],
    tokenId: 't',
    scopes: SCOPES,
    ...fields,
  }
}

function subject(subjectKind: SubjectKind, caller: Principal): LogSubject {
  const namespace = subjectKind === 'user' ? caller.name : 'acme'
  return {
    tenant: 'default',
    namespace,
    ...(subjectKind === 'repository' && { repository: 'app' }),
    hidesServiceKeys: subjectKind === 'user',
  }
}

function outcomeOf(caller: Principal, subjectKind: SubjectKind): string {
  try {
    authorize(caller, subjectKind, subject(subjectKind, caller))
    return 'allowed'
  } catch (error) {
    if (error instanceof QuayError) return `${error.status} ${error.type} ${error.message}`
    throw error
  }
}

const REFUSED = '403 insufficient_scope Unauthorized'

test('the matrix names every caller', () => {
  expect(Object.keys(MATRIX)).toEqual(Object.keys(CALLERS))
})

describe.each(Object.entries(MATRIX))('%s', (name, allowed) => {
  const caller = principal(CALLERS[name] ?? {})
  SUBJECT_KINDS.forEach((subjectKind, index) => {
    test(`${allowed[index] ? 'reads' : 'is refused'} the ${subjectKind} log`, () => {
      expect(outcomeOf(caller, subjectKind)).toBe(allowed[index] ? 'allowed' : REFUSED)
    })

    test(`reads no ${subjectKind} log with a token of any other scope`, () => {
      const needed = [NEEDED[subjectKind], 'super:user']
      const scopes = SCOPES.filter((scope) => !needed.includes(scope))
      expect(outcomeOf({ ...caller, scopes }, subjectKind)).toBe(REFUSED)
    })
  })
})

describe.each(['administrator', 'auditor'] as const)('the reach of an %s', (role) => {
  const reachOf = (scopes: readonly Scope[]) =>
    SUBJECT_KINDS.map((kind) => outcomeOf(principal({ roles: [role], scopes }), kind) === 'allowed')

  test('comes with the scope super:user alone, and not to the log of the current user', () => {
    expect(reachOf(['super:user'])).toEqual([false, true, true])
  })

  test('does not come without that scope, whatever else the token has', () => {
    const others = SCOPES.filter((scope) => scope !== 'super:user')
    expect(reachOf(others)).toEqual([true, false, false])
  })

  test('is no part of the right on the namespace of the user', () => {
    const caller = principal({ name: 'acme', roles: [role], scopes: ['org:admin', 'repo:admin'] })
    expect(SUBJECT_KINDS.map((kind) => outcomeOf(caller, kind) === 'allowed')).toEqual([
      false,
      true,
      true,
    ])
  })
})

test('of all superusers one that only reads may not export the log of a repository', () => {
  const allowedTo = (role: 'administrator' | 'auditor', subjectKind: SubjectKind) => {
    const caller = principal({ roles: [role] })
    return isAllowed(caller, subjectKind, subject(subjectKind, caller), 'export')
  }
  expect(SUBJECT_KINDS.map((kind) => allowedTo('administrator', kind))).toEqual([true, true, true])
  expect(SUBJECT_KINDS.map((kind) => allowedTo('auditor', kind))).toEqual([true, true, false])
})
