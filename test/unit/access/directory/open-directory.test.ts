import { beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { DirectoryPlace } from './directory-place.ts'

let place: DirectoryPlace
let directory: DirectoryKeeper

beforeEach(async () => {
  place = new DirectoryPlace()
  directory = await place.open()
})

async function tokenOf(user: string, expiresAt?: string): Promise<string> {
  const scopes = ['events:read'] as const
  const { token } = await directory.createToken(null, {
    user,
    scopes,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })
  return token
}

describe('a tenant', () => {
  beforeEach(async () => {
    await directory.createUser(null, { name: 'alice', tenant: 'red' })
    await directory.createUser(null, { name: 'alice', tenant: 'blue' })
    await directory.createUser(null, { name: 'root', tenant: null, roles: ['administrator'] })
  })

  test('sees its own users, grants and tokens alone', async () => {
    const red = directory.user('red', 'alice')
    expect(red?.tenant).toBe('red')
    await directory.createGrant('red', { user: 'alice', role: 'read', namespace: 'a' })
    await directory.createToken('red', { user: 'alice', scopes: ['events:read'] })
    expect(directory.users('red')).toEqual([red])
    expect(directory.grants('blue')).toEqual([])
    expect(directory.tokens('blue')).toEqual([])
    expect(directory.user('blue', red?.id ?? '')).toBeUndefined()
    expect(directory.user('red', 'root')).toBeUndefined()
    expect(directory.users(null)).toHaveLength(3)
  })

  test('cannot change what is of another', async () => {
    const redId = directory.user('red', 'alice')?.id ?? ''
    const grant = await directory.createGrant('red', { user: redId, role: 'read', namespace: 'a' })
    const { info } = await directory.createToken('red', { user: redId, scopes: ['events:read'] })
    await expect(directory.deleteUser('blue', redId)).rejects.toMatchObject({
      code: 'resource.missing',
    })
    await expect(directory.deleteGrant('blue', grant.id)).rejects.toMatchObject({
      code: 'resource.missing',
    })
    await expect(directory.revokeToken('blue', info.id)).rejects.toMatchObject({
      code: 'resource.missing',
    })
    await expect(
      directory.createUser('blue', { name: 'mole', tenant: 'red' }),
    ).rejects.toMatchObject({ code: 'request.invalid' })
    await expect(
      directory.createUser('blue', { name: 'king', tenant: null, roles: ['administrator'] }),
    ).rejects.toMatchObject({ code: 'request.invalid' })
  })

  test('an administrator of all must say which user it means when two have the name', async () => {
    expect(directory.user(null, 'alice')).toBeUndefined()
    const [red, blue] = ['red', 'blue'].map((tenant) => directory.user(tenant, 'alice')?.id ?? '')
    const expected =
      `the id of one of the 2 users named alice: ${red} (tenant red), ` + `${blue} (tenant blue)`
    const refusal = { code: 'request.invalid', problems: [{ path: '/user', expected }] }
    const grant = { role: 'read', namespace: 'a' } as const
    await expect(directory.createGrant(null, { ...grant, user: 'alice' })).rejects.toMatchObject(
      refusal,
    )
    await expect(
      directory.createToken(null, { user: 'alice', scopes: ['api'] }),
    ).rejects.toMatchObject(refusal)
    expect(await directory.createGrant(null, { ...grant, user: blue ?? '' })).toMatchObject({
      user: blue,
    })
  })

  test('an administrator of a tenant means its own user by a name of several', async () => {
    const { info } = await directory.createToken('red', { user: 'alice', scopes: ['api'] })
    expect(info.user).toBe(directory.user('red', 'alice')?.id)
    const unknown = { path: '/user', expected: 'the name or the id of one user' }
    await expect(
      directory.createToken('red', { user: 'root', scopes: ['api'] }),
    ).rejects.toMatchObject({ problems: [unknown] })
  })

  test('of many users with one name the refusal lists the first and the number', async () => {
    for (let number = 0; number < 12; number += 1) {
      await directory.createUser(null, { name: 'alice', tenant: `t${number}` })
    }
    const refused = directory.createToken(null, { user: 'alice', scopes: ['api'] })
    await expect(refused).rejects.toMatchObject({
      problems: [{ expected: expect.stringMatching(/14 users named alice: .*\(tenant t7\), …$/) }],
    })
  })
})

test('a change that the store did not take did not happen', async () => {
  await directory.createUser(null, { name: 'alice' })
  const token = await tokenOf('alice')
  place.records.failure = new Fault('store.unavailable')
  await expect(directory.createUser(null, { name: 'bob' })).rejects.toThrow(place.records.failure)
  await expect(directory.revokeToken(null, token.slice(0, 20))).rejects.toThrow(
    place.records.failure,
  )
  expect(directory.user(null, 'bob')).toBeUndefined()
  expect(directory.authenticate(token)).toBeDefined()
  place.records.failure = undefined
  // A failed change does not block the next one.
  await directory.createUser(null, { name: 'bob' })
  expect(directory.user(null, 'bob')).toBeDefined()
})

test.each([
  ['user', { id: 'x', name: 'x', roles: ['emperor'] }],
  ['user', { id: 'y', name: 'x', kind: 'user', tenant: null, roles: [], createdAt: '' }],
  ['grant', { id: 'x', user: 'u', role: 'emperor', namespace: 'a' }],
  ['token', { id: 'x', user: 'u', scopes: ['everything'], createdAt: '' }],
  ['token', { id: 'x', user: 'u', scopes: ['api'], sources: ['waybill/x'], createdAt: '' }],
])('a %s that cannot be read stops the start instead of dropping rights', async (kind, body) => {
  await place.records.put({ kind, id: 'x', body })
  await expect(place.open()).rejects.toThrow(`the ${kind} record x cannot be read`)
})
