import { beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { DirectoryPlace } from '../directory/directory-place.ts'

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
    directory = await place.open()
    expect(directory.authenticate(token)).toEqual(expected)
  })

  test('is stored as a hash of its secret half only', async () => {
    await directory.createUser(null, { name: 'alice', password: 'correct horse' })
    const token = await tokenOf('alice')
    const stored = JSON.stringify([...place.records.records.values()])
    expect(stored).toContain(token.slice(0, 20))
    expect(stored).not.toContain(token.slice(20))
    expect(stored).not.toContain('correct horse')
  })

  test('with one wrong character is rejected', async () => {
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

  test('is rejected from the moment at which it expires', async () => {
    await directory.createUser(null, { name: 'alice' })
    const token = await tokenOf('alice', formatTimestamp(place.nowMicros + 1000))
    place.nowMicros += 999
    expect(directory.authenticate(token)).toBeDefined()
    place.nowMicros += 1
    expect(directory.authenticate(token)).toBeUndefined()
  })

  test('is rejected once it is revoked or its user deleted, also after a restart', async () => {
    const { id } = await directory.createUser(null, { name: 'alice' })
    const [revoked, orphaned] = [await tokenOf('alice'), await tokenOf('alice')]
    await directory.revokeToken(null, revoked.slice(0, 20))
    expect(directory.authenticate(revoked)).toBeUndefined()
    expect(directory.authenticate(orphaned)).toBeDefined()
    await directory.deleteUser(null, id)
    expect(directory.authenticate(orphaned)).toBeUndefined()
    directory = await place.open()
    expect(directory.authenticate(revoked)).toBeUndefined()
    expect(directory.authenticate(orphaned)).toBeUndefined()
  })

  test('is rejected when a crash left it behind without its user', async () => {
    const { id } = await directory.createUser(null, { name: 'alice' })
    const token = await tokenOf('alice')
    await place.records.remove('user', id)
    directory = await place.open()
    expect(directory.authenticate(token)).toBeUndefined()
    expect(directory.tokens(null)).toEqual([])
  })
})
