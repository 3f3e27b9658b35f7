import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { formatTimestamp } from '../../../../src/core/time/timestamp.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

let nowMicros: number
let records: MapRecordStore
let directory: DirectoryKeeper

const reopen = (tokenKey = TOKEN_KEY) =>
  openDirectory({ records, clock: () => nowMicros, defaultTenant: 'default', tokenKey })

beforeEach(async () => {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  records = new MapRecordStore()
  directory = await reopen()
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
  directory = await reopen()
  expect(directory.authenticate(token)).toMatchObject(expected)
})

test('nothing is kept of a signed token that would let a reader sign in', async () => {
  const { info, token } = await signedToken()
  const kept = JSON.stringify([...records.records.values()])
  for (const part of token.split('.')) expect(kept).not.toContain(part)
  const record = records.records.get(`token/${info.id}`)?.body ?? {}
  expect(Object.keys(record).sort()).toEqual(['createdAt', 'id', 'scopes', 'user'])
  expect(directory.authenticate(info.id)).toBeUndefined()
})

test('a signed token holds until it expires', async () => {
  const { token } = await signedToken(formatTimestamp(nowMicros + 1_500_000))
  nowMicros += 1_499_999
  expect(directory.authenticate(token)?.name).toBe('alice')
  nowMicros += 1
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
  records = new MapRecordStore()
  directory = await reopen(Buffer.alloc(32, 8))
  await directory.createUser(null, { name: 'alice', roles: ['auditor'] })
  expect(directory.authenticate(token)).toBeUndefined()
})

test('a token of other scopes stays a plain one', async () => {
  const { token } = await directory.createToken(null, { user: 'alice', scopes: ['api', 'admin'] })
  expect(token).toMatch(/^[0-9A-Za-z]{40}$/)
  expect(directory.authenticate(token)?.name).toBe('alice')
})
