import { expect, test } from 'vitest'
import type { Caller } from '../../../../../src/dialects/quay/browser/caller.ts'
import {
  freshLoginData,
  requireFreshLogin,
} from '../../../../../src/dialects/quay/browser/fresh-login.ts'

const NOW = Date.UTC(2026, 10, 1) * 1000
const PRINCIPAL: Caller['principal'] = {
  ...{ userId: 'u', name: 'chief', kind: 'user', tenant: 'default', tokenId: 't' },
  ...{ roles: [], grants: [], scopes: [] },
}

const callerWith = (data: NonNullable<Caller['session']>['data']): Caller => ({
  principal: PRINCIPAL,
  session: { principal: PRINCIPAL, token: 'secret', data },
})

test('a password is fresh until its time is over', () => {
  const caller = callerWith(freshLoginData(NOW))
  expect(() => requireFreshLogin(caller, NOW + 599_999_999, 600)).not.toThrow()
  expect(() => requireFreshLogin(caller, NOW + 600_000_000, 600)).toThrow('Requires fresh login')
})

test('a session that does not say when its password was given is stale', () => {
  expect(() => requireFreshLogin(callerWith({}), NOW, 600)).toThrow('Requires fresh login')
})

test('a token is never stale', () => {
  const caller = { principal: PRINCIPAL, session: undefined }
  expect(() => requireFreshLogin(caller, NOW, 0)).not.toThrow()
})
