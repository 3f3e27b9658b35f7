import { beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

let nowMicros: number
let records: MapRecordStore
let directory: DirectoryKeeper

const reopen = () =>
  openDirectory({ records, clock: () => nowMicros, defaultTenant: 'default', tokenKey: TOKEN_KEY })

beforeEach(async () => {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  records = new MapRecordStore()
  directory = await reopen()
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

describe('a token', () => {
  test('stands for its user with its roles and grants, also after a restart', async () => {
    const { id } = await directory.createUser(null, { name: 'alice', tenant: 'red' })
    const grant = { user: 'alice', role: 'read', namespace: 'library' } as const
    await directory.createGrant(null, grant)
    const token = await tokenOf('alice')
    const expected = {
      userId: id,
      name: 'alice',
      kind: 'user',
      tenant: 'red',
      roles: ['member'],
      grants: [expect.objectContaining({ ...grant, user: id })],
      tokenId: token.slice(0, 20),
      scopes: ['events:read'],
    }
    expect(directory.authenticate(token)).toEqual(expected)
    directory = await reopen()
    expect(directory.authenticate(token)).toEqual(expected)
  })

  test('is stored as a hash of its secret half only', async () => {
    await directory.createUser(null, { name: 'alice', password: 'correct horse' })
    const token = await tokenOf('alice')
    const stored = JSON.stringify([...records.records.values()])
    expect(stored).toContain(token.slice(0, 20))
    expect(stored).not.toContain(token.slice(20))
    expect(stored).not.toContain('correct horse')
  })

  test('with one wrong character is nobody', async () => {
    await directory.createUser(null, { name: 'alice' })
    const token = await tokenOf('alice')
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'x' ? 'y' : 'x'
      const wrong = token.slice(0, index) + other + token.slice(index + 1)
      expect(directory.authenticate(wrong)).toBeUndefined()
    }
    expect(directory.authenticate('')).toBeUndefined()
    expect(directory.authenticate(token.slice(1))).toBeUndefined()
  })

  test('is nobody from the moment on at which it expires', async () => {
    await directory.createUser(null, { name: 'alice' })
    const token = await tokenOf('alice', formatTimestamp(nowMicros + 1000))
    nowMicros += 999
    expect(directory.authenticate(token)).toBeDefined()
    nowMicros += 1
    expect(directory.authenticate(token)).toBeUndefined()
  })

  test('is nobody once it is revoked or its user deleted, also after a restart', async () => {
    const { id } = await directory.createUser(null, { name: 'alice' })
    const [revoked, orphaned] = [await tokenOf('alice'), await tokenOf('alice')]
    await directory.revokeToken(null, revoked.slice(0, 20))
    expect(directory.authenticate(revoked)).toBeUndefined()
    expect(directory.authenticate(orphaned)).toBeDefined()
    await directory.deleteUser(null, id)
    expect(directory.authenticate(orphaned)).toBeUndefined()
    directory = await reopen()
    expect(directory.authenticate(revoked)).toBeUndefined()
    expect(directory.authenticate(orphaned)).toBeUndefined()
  })

  test('is nobody when a crash left it behind without its user', async () => {
    const { id } = await directory.createUser(null, { name: 'alice' })
    const token = await tokenOf('alice')
    await records.remove('user', id)
    directory = await reopen()
    expect(directory.authenticate(token)).toBeUndefined()
    expect(directory.tokens(null)).toEqual([])
  })
})

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

test('of two users created at once with one name, one is refused', async () => {
  const both = await Promise.allSettled([
    directory.createUser(null, { name: 'alice', password: 'battery staple' }),
    directory.createUser(null, { name: 'alice' }),
  ])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('a change that the store did not take did not happen', async () => {
  await directory.createUser(null, { name: 'alice' })
  const token = await tokenOf('alice')
  records.failure = new Fault('store.unavailable')
  await expect(directory.createUser(null, { name: 'bob' })).rejects.toThrow(records.failure)
  await expect(directory.revokeToken(null, token.slice(0, 20))).rejects.toThrow(records.failure)
  expect(directory.user(null, 'bob')).toBeUndefined()
  expect(directory.authenticate(token)).toBeDefined()
  records.failure = undefined
  // A failed change does not block the next one.
  await directory.createUser(null, { name: 'bob' })
  expect(directory.user(null, 'bob')).toBeDefined()
})

test('a record that cannot be read stops the start instead of dropping rights', async () => {
  await records.put({ kind: 'user', id: 'x', body: { id: 'x', name: 'x', roles: ['emperor'] } })
  await expect(reopen()).rejects.toThrow('the user record x cannot be read')
})
