import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { DirectoryPlace } from '../directory/directory-place.ts'
import { MapRecordStore } from '../records/map-record-store.ts'

let place: DirectoryPlace
let directory: DirectoryKeeper

beforeEach(async () => {
  place = new DirectoryPlace()
  directory = await place.open()
  await directory.createUser(null, { name: 'alice', roles: ['auditor'] })
})

const signedToken = (expiresAt?: string) =>
  directory.createToken(null, {
    user: 'alice',
    scopes: ['api'],
    ...(expiresAt !== undefined && { expiresAt }),
  })

test('a signed token stands for its user, also after a restart', async () => {
  const { info, token } = await signedToken()
  expect(token.split('.')).toHaveLength(3)
  const expected = { name: 'alice', roles: ['auditor'], tokenId: info.id, scopes: ['api'] }
  expect(directory.authenticate(token)).toMatchObject(expected)
  directory = await place.open()
  expect(directory.authenticate(token)).toMatchObject(expected)
})

test('nothing is kept of a signed token that would let a reader sign in', async () => {
  const { info, token } = await signedToken()
  const kept = JSON.stringify([...place.records.records.values()])
  for (const part of token.split('.')) expect(kept).not.toContain(part)
  const record = place.records.records.get(`token/${info.id}`)?.body ?? {}
  expect(Object.keys(record).sort()).toEqual(['createdAt', 'id', 'scopes', 'user'])
  expect(directory.authenticate(info.id)).toBeUndefined()
})

test('a signed token holds until it expires', async () => {
  const { token } = await signedToken(formatTimestamp(place.nowMicros + 1_500_000))
  place.nowMicros += 1_499_999
  expect(directory.authenticate(token)?.name).toBe('alice')
  place.nowMicros += 1
  expect(directory.authenticate(token)).toBeUndefined()
})

test('a signed token that was revoked is rejected', async () => {
  const { info, token } = await signedToken()
  await directory.revokeToken(null, info.id)
  expect(directory.authenticate(token)).toBeUndefined()
})

test('a signed token goes with its user', async () => {
  const { token } = await signedToken()
  await directory.deleteUser(null, directory.user(null, 'alice')?.id ?? '')
  expect(directory.authenticate(token)).toBeUndefined()
})

test('a token of another installation is rejected, whatever it says', async () => {
  const { token } = await signedToken()
  place.records = new MapRecordStore()
  directory = await place.open(Buffer.alloc(32, 8))
  await directory.createUser(null, { name: 'alice', roles: ['auditor'] })
  expect(directory.authenticate(token)).toBeUndefined()
})

test('a token of other scopes stays a plain one', async () => {
  const { token } = await directory.createToken(null, { user: 'alice', scopes: ['api', 'admin'] })
  expect(token).toMatch(/^[0-9A-Za-z]{40}$/)
  expect(directory.authenticate(token)?.name).toBe('alice')
})
