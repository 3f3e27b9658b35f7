import { beforeEach, expect, test } from 'vitest'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import {
  createTokenSignIn,
  type TokenSignIn,
} from '../../../../src/access/sign-in/token-sign-in.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

const SECOND = 1_000_000

let nowMicros: number
let events: object[]
let signIn: TokenSignIn
let valid: string

beforeEach(async () => {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  events = []
  const [clock, defaultTenant] = [() => nowMicros, 'default']
  const records = new MapRecordStore()
  const directory = await openDirectory({ records, clock, defaultTenant, tokenKey: TOKEN_KEY })
  await directory.createUser(null, { name: 'alice', tenant: 'red' })
  valid = (await directory.createToken(null, { user: 'alice', scopes: ['events:read'] })).token
  const record = async (event: object) => {
    events.push(event)
  }
  signIn = createTokenSignIn({ directory, clock, defaultTenant, record })
})

const attempt = async (token: string, ip = '192.0.2.1') =>
  (await signIn({ token, client: { ip }, dialect: 'native' })).outcome

test('a valid token is recorded for its user, in its tenant, and never shown', async () => {
  expect(await attempt(valid)).toBe('success')
  expect(events).toMatchObject([{ tenant: 'red', outcome: 'success', actor: { name: 'alice' } }])
  expect(JSON.stringify(events)).not.toContain(valid)
})

test('guesses from an address are refused after some, for a while, and recorded once', async () => {
  const outcomes: string[] = []
  for (let count = 0; count < 50; count += 1) outcomes.push(await attempt(`guess-${count}`))
  expect(new Set(outcomes)).toEqual(new Set(['refused', 'throttled']))
  expect(await attempt(valid)).toBe('throttled')
  expect(await attempt(valid, '192.0.2.2')).toBe('success')
  const denied = events.filter((event) => 'outcome' in event && event.outcome === 'denied')
  expect(denied).toHaveLength(1)
  expect(JSON.stringify(events)).not.toContain('guess-')
  nowMicros += SECOND
  expect(await attempt(valid)).toBe('success')
})
