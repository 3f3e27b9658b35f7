import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import { SCOPES } from '../../../../src/access/directory/principal.ts'
import {
  openSessions,
  SESSION_LIFETIME_MS,
  type Sessions,
} from '../../../../src/access/sign-in/sessions.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

const HOUR = 3_600_000_000

let nowMicros: number
let records: MapRecordStore
let directory: DirectoryKeeper
let sessions: Sessions
let userId: string

const clock = () => nowMicros
const reopen = async () => {
  directory = await openDirectory({ records, clock, defaultTenant: 'default', tokenKey: TOKEN_KEY })
  sessions = await openSessions({ records, directory, clock })
}

beforeEach(async () => {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  records = new MapRecordStore()
  await reopen()
  const user = await directory.createUser(null, { name: 'alice', password: 'correct horse' })
  userId = user.id
})

const begin = (data = {}) => sessions.begin({ userId, dialect: 'quay', data })

test('a session keeps the rights of its user and its data, also over a restart', async () => {
  await directory.createGrant(null, { user: 'alice', role: 'admin', namespace: 'acme' })
  const token = await begin({ checked: 7 })
  const expected = {
    principal: expect.objectContaining({
      userId,
      name: 'alice',
      tenant: 'default',
      scopes: SCOPES,
      grants: [expect.objectContaining({ namespace: 'acme' })],
    }),
    data: { checked: 7 },
  }
  expect(sessions.find('quay', token)).toMatchObject(expected)
  await reopen()
  expect(sessions.find('quay', token)).toMatchObject(expected)
})

test('the token is 256 random bits, and is neither stored nor shown', async () => {
  const token = await begin()
  expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  expect(JSON.stringify([...records.records.values()])).not.toContain(token)
  expect(JSON.stringify(sessions.find('quay', token))).not.toContain(token)
})

test('is worth nothing in another dialect', async () => {
  expect(sessions.find('other', await begin())).toBeUndefined()
})

test('any other text is no session', async () => {
  const token = await begin()
  for (const text of ['', 'x', token.slice(1), `${token}A`]) {
    expect(sessions.find('quay', text)).toBeUndefined()
  }
})

test('ends when it is ended, and stays so after a restart', async () => {
  const token = await begin()
  await sessions.end(token)
  expect(sessions.find('quay', token)).toBeUndefined()
  await reopen()
  expect(sessions.find('quay', token)).toBeUndefined()
})

test('ends at once even if the store cannot be told, and the sweep tells it later', async () => {
  const token = await begin()
  records.failure = new Error('the store is away')
  await expect(sessions.end(token)).rejects.toThrow('the store is away')
  expect(sessions.find('quay', token)).toBeUndefined()
  records.failure = undefined
  expect(await sessions.sweep()).toBe(1)
  await reopen()
  expect(sessions.find('quay', token)).toBeUndefined()
})

test('ends when it is not used for eight hours; each use begins them anew', async () => {
  const token = await begin()
  for (let use = 0; use < 5; use += 1) {
    nowMicros += 7 * HOUR
    expect(sessions.find('quay', token)).toBeDefined()
  }
  nowMicros += 8 * HOUR
  expect(sessions.find('quay', token)).toBeUndefined()
})

test('remembers its last use over a restart', async () => {
  const token = await begin()
  nowMicros += 7 * HOUR
  sessions.find('quay', token)
  // Its own write comes after that of the use.
  await sessions.replaceData(token, {})
  await reopen()
  nowMicros += 7 * HOUR
  expect(sessions.find('quay', token)).toBeDefined()
})

test('ends at its greatest age however it is used', async () => {
  const token = await begin()
  const endMicros = nowMicros + SESSION_LIFETIME_MS * 1000
  for (; nowMicros < endMicros; nowMicros += 6 * HOUR) {
    expect(sessions.find('quay', token)).toBeDefined()
  }
  expect(sessions.find('quay', token)).toBeUndefined()
})

test('ends when its user gets another password, be it the same one again', async () => {
  const token = await begin()
  await directory.changePassword(null, { id: userId, password: 'correct horse' })
  expect(sessions.find('quay', token)).toBeUndefined()
  expect(sessions.find('quay', await begin())).toBeDefined()
})

test('ends when its user is deleted', async () => {
  const token = await begin()
  await directory.deleteUser(null, userId)
  expect(sessions.find('quay', token)).toBeUndefined()
})

test('a user has twenty: a further one ends the one unused for longest', async () => {
  const tokens: string[] = []
  for (let count = 0; count < 20; count += 1) {
    tokens.push(await begin())
    nowMicros += 1000_000
  }
  const [first = '', second = ''] = tokens
  sessions.find('quay', first)
  await begin()
  expect(sessions.find('quay', second)).toBeUndefined()
  expect(sessions.find('quay', first)).toBeDefined()
  expect(await records.load('session')).toHaveLength(20)
})

test('what its dialect keeps can be replaced, but not once it has ended', async () => {
  const token = await begin({ checked: 1 })
  await sessions.replaceData(token, { checked: 2 })
  expect(sessions.find('quay', token)?.data).toEqual({ checked: 2 })
  await sessions.end(token)
  await sessions.replaceData(token, { checked: 3 })
  expect(await records.load('session')).toEqual([])
})

test('a sweep forgets the ended ones alone', async () => {
  await begin()
  nowMicros += 9 * HOUR
  const token = await begin()
  expect(await sessions.sweep()).toBe(1)
  expect(await records.load('session')).toHaveLength(1)
  expect(sessions.find('quay', token)).toBeDefined()
})

test('a use that comes late does not bring back an ended session', async () => {
  const token = await begin()
  nowMicros += HOUR
  sessions.find('quay', token)
  await sessions.end(token)
  await sessions.sweep()
  expect(await records.load('session')).toEqual([])
})

test('a session of a token has its scopes, and ends when it is revoked or expires', async () => {
  const expiresAt = new Date(nowMicros / 1000 + 3_600_000).toISOString()
  const scopes = ['events:read'] as const
  const expiring = await directory.createToken(null, { user: 'alice', scopes, expiresAt })
  const revoked = await directory.createToken(null, { user: 'alice', scopes })
  const [first, second] = await Promise.all(
    [expiring, revoked].map(({ info: { id: tokenId } }) =>
      sessions.begin({ userId, dialect: 'native', data: {}, tokenId }),
    ),
  )
  await reopen()
  const session = sessions.find('native', first ?? '')
  expect(session?.principal.scopes).toEqual(scopes)
  expect(session?.principal.tokenId).toMatch(/^session:/)
  expect(session?.info.endsMicros).toBe(nowMicros + HOUR)
  await directory.revokeToken(null, revoked.info.id)
  expect(sessions.find('native', second ?? '')).toBeUndefined()
  nowMicros += HOUR
  expect(sessions.find('native', first ?? '')).toBeUndefined()
  expect(session?.current()).toBeUndefined()
  expect(await sessions.sweep()).toBe(2)
})

test('a user sees its sessions of all dialects, and ends them at once', async () => {
  const other = await directory.createUser(null, { name: 'bob', password: 'correct horse' })
  const others = await sessions.begin({ userId: other.id, dialect: 'native', data: {} })
  const client = { ip: '192.0.2.1', userAgent: 'Browser/1' }
  const tokens = [
    await begin(),
    await sessions.begin({ userId, dialect: 'native', data: {}, client }),
  ]
  await reopen()
  expect(sessions.ofUser(userId)).toMatchObject([
    { dialect: 'quay' },
    { dialect: 'native', client },
  ])
  expect(JSON.stringify(sessions.ofUser(userId))).not.toContain(tokens[1])
  expect(await sessions.endAllOf(userId)).toBe(2)
  expect(tokens.map((token) => sessions.find('quay', token))).toEqual([undefined, undefined])
  expect(sessions.ofUser(userId)).toEqual([])
  expect(sessions.find('native', others)).toBeDefined()
})

test('asking for the rights of now keeps no session alive', async () => {
  const token = await begin()
  const session = sessions.find('quay', token)
  for (let hour = 0; hour < 8; hour += 1) {
    expect(session?.current()).toBeDefined()
    nowMicros += HOUR
  }
  expect(session?.current()).toBeUndefined()
  expect(sessions.find('quay', token)).toBeUndefined()
})
