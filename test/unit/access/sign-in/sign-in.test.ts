import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import {
  createSignIn,
  type SignIn,
  type SignInAttempt,
  type SignInOptions,
} from '../../../../src/access/sign-in/sign-in.ts'
import { SIGN_IN_CANDIDATES_MAX } from '../../../../src/access/sign-in/sign-in-candidates.ts'
import { parseNewEvent } from '../../../../src/core/boundary/parse-event.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

let nowMicros: number
let directory: DirectoryKeeper
let recorded: Parameters<SignInOptions['record']>[0][]
let signIn: SignIn

const CLIENT = { ip: '192.0.2.1', userAgent: 'test/1' }
const THERE = 'correct horse'

beforeEach(async () => {
  nowMicros = Date.UTC(2026, 10, 1) * 1000
  recorded = []
  const clock = () => nowMicros
  directory = await openDirectory({
    records: new MapRecordStore(),
    clock,
    defaultTenant: 'default',
    tokenKey: TOKEN_KEY,
  })
  await directory.createUser(null, { name: 'alice', email: 'Alice@Example.com', password: THERE })
  signIn = createSignIn({
    directory,
    clock,
    defaultTenant: 'default',
    record: async (event) => {
      recorded.push(event)
    },
  })
})

const attempt = (name: string, password = THERE, more: Partial<SignInAttempt> = {}) =>
  signIn({ name, password, client: CLIENT, ...more })

const outcomeOf = async (...given: Parameters<typeof attempt>) => (await attempt(...given)).outcome

test('a user signs in by name, and by e-mail address in any case', async () => {
  for (const name of ['alice', 'alice@example.com', 'ALICE@EXAMPLE.COM']) {
    expect(await attempt(name)).toMatchObject({ outcome: 'success', user: { name: 'alice' } })
  }
})

test.each([
  ['alice', 'correct horsf'],
  ['alice', ''],
  ['alice', 'x'.repeat(100_000)],
  ['Alice', THERE],
  ['nobody', THERE],
  ['', ''],
])('%j does not sign in with %.20j, and the refusals are alike', async (name, password) => {
  expect(await attempt(name, password)).toEqual({ outcome: 'refused' })
})

test('who has no password does not sign in', async () => {
  await directory.createUser(null, { name: 'bob' })
  expect(await outcomeOf('bob', '')).toBe('refused')
})

test.each(['robot', 'organization'] as const)('a %s does not sign in', async (kind) => {
  await directory.createUser(null, { name: 'other', kind, password: THERE })
  expect(await outcomeOf('other')).toBe('refused')
})

test('of two users with one e-mail address the password says which it is', async () => {
  const email = 'shared@example.com'
  await directory.createUser(null, { name: 'bob', email, password: 'of bob, long' })
  await directory.createUser(null, { name: 'carol', email, password: 'of carol, long' })
  expect(await attempt(email, 'of bob, long')).toMatchObject({ user: { name: 'bob' } })
  expect(await attempt(email, 'of carol, long')).toMatchObject({ user: { name: 'carol' } })
  expect(await outcomeOf(email, THERE)).toBe('refused')
})

test('of users of several tenants with one name the password says which it is', async () => {
  const other = await directory.createUser(null, {
    ...{ name: 'alice', tenant: 'other', password: 'of other' },
  })
  const none = await directory.createUser(null, {
    ...{ name: 'alice', tenant: null, password: 'of nobody', roles: ['administrator'] as const },
  })
  expect(await attempt('alice', THERE)).toMatchObject({ user: { tenant: 'default' } })
  expect(await attempt('alice', 'of other')).toMatchObject({ user: { id: other.id } })
  expect(await attempt('alice', 'of nobody')).toMatchObject({ user: { id: none.id } })
  expect(await outcomeOf('alice', 'of other', { tenant: 'other' })).toBe('success')
  expect(await outcomeOf('alice', 'of nobody', { tenant: 'third' })).toBe('success')
  expect(await outcomeOf('alice', 'of other', { tenant: 'third' })).toBe('refused')
  await directory.createUser(null, { name: 'bob', tenant: 'other', password: THERE })
  expect(await outcomeOf('bob', THERE, { tenant: 'default' })).toBe('refused')
})

test('no user is kept out by users that are created later under its name or address', async () => {
  const { id } = await directory.createUser(null, {
    ...{ name: 'victim', tenant: 't', email: 'victim@example.com', password: THERE },
  })
  for (let index = 0; index < SIGN_IN_CANDIDATES_MAX; index += 1) {
    nowMicros += 1
    // In many tenants, and many in one: by the name and by the address.
    await directory.createUser(null, { name: 'victim', tenant: `later ${index}` })
    const email = 'victim@example.com'
    await directory.createUser(null, { name: `crowd ${index}`, tenant: 'crowd', email })
  }
  for (const name of ['victim', 'victim@example.com']) {
    expect(await attempt(name)).toMatchObject({ outcome: 'success', user: { id } })
  }
})

test('every name takes as many comparisons, so that the time tells nothing', async () => {
  await directory.createUser(null, { name: 'alice', tenant: 'other', password: 'of other' })
  const counts: number[] = []
  let compared = 0
  signIn = createSignIn({
    directory: {
      user: () => undefined,
      candidatesToSignIn: (tenant, name) => directory.candidatesToSignIn(tenant, name),
      candidatesMax: () => directory.candidatesMax(),
      passwordMatches: async () => {
        compared += 1
        return false
      },
    },
    ...{ clock: () => nowMicros, defaultTenant: 'default', record: async () => undefined },
  })
  for (const name of ['alice', 'alice@example.com', 'unknown']) {
    compared = 0
    await attempt(name)
    counts.push(compared)
  }
  expect(counts).toEqual([2, 2, 2])
})

test('signing in as one user of a name buys no further guesses at another', async () => {
  await directory.createUser(null, { name: 'alice', tenant: 'attacker', password: 'of attacker' })
  const outcomes: string[] = []
  for (let guess = 0; guess < 8; guess += 1) {
    outcomes.push(await outcomeOf('alice', `guess ${guess}`))
    outcomes.push(await outcomeOf('alice', 'of attacker'))
  }
  expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeLessThanOrEqual(5)
})

test('a failure is recorded in the tenant of each user that may have been meant', async () => {
  await directory.createUser(null, { name: 'alice', tenant: 'other', password: 'of other' })
  await attempt('alice', 'wrong')
  expect(recorded.map(({ tenant }) => tenant).sort()).toEqual(['default', 'other'])
  recorded = []
  await attempt('alice', 'of other')
  expect(recorded).toMatchObject([{ tenant: 'other', outcome: 'success' }])
})

test('a known user is checked even if another user has the name', async () => {
  const bob = await directory.createUser(null, {
    name: 'bob',
    tenant: 'other',
    password: 'of bob b',
  })
  await directory.createUser(null, { name: 'bob', tenant: 'default', password: 'another one' })
  expect(await outcomeOf('bob', 'of bob b', { userId: bob.id })).toBe('success')
  expect(await outcomeOf('bob', 'another one', { userId: bob.id })).toBe('refused')
})

test.each([
  ['NUL', 'a\0b'],
  ['half a character', '\ud800'],
  ['no end', 'x'.repeat(5000)],
])('a try with a name that has %s is recorded', async (_what, name) => {
  expect(await outcomeOf(name)).toBe('refused')
  const [event = { action: '', tenant: '' }] = recorded
  const source = { kind: 'waybill', name: 'origin' }
  const reception = { receivedMicros: nowMicros, tenant: 'default', anyTenant: true, source }
  expect(() => parseNewEvent(event, reception)).not.toThrow()
})

test('success and failure are recorded with name and address, not the password', async () => {
  await attempt('alice')
  await attempt('alice', 'wrong secret')
  await attempt('nobody', 'wrong secret')
  const base = { tenant: 'default', action: 'auth.login', client: CLIENT }
  expect(recorded).toEqual([
    expect.objectContaining({
      ...base,
      outcome: 'success',
      actor: expect.objectContaining({ name: 'alice', kind: 'user' }),
      target: expect.objectContaining({ type: 'user', name: 'alice', namespace: 'alice' }),
    }),
    expect.objectContaining({
      ...base,
      outcome: 'failure',
      actor: expect.objectContaining({ name: 'alice' }),
    }),
    expect.objectContaining({
      ...base,
      outcome: 'failure',
      actor: { name: 'nobody', kind: 'anonymous' },
    }),
  ])
  expect(JSON.stringify(recorded)).not.toMatch(/secret|horse/)
})

test('a dialect adds its own word and fields', async () => {
  const describe = (outcome: string) => ({
    nativeAction: `login_${outcome}`,
    details: { kind: 1 },
  })
  await attempt('alice', THERE, { describe })
  await attempt('alice', 'no', { describe })
  expect(recorded.map(({ nativeAction, details }) => [nativeAction, details])).toEqual([
    ['login_success', { kind: 1 }],
    ['login_failure', { kind: 1 }],
  ])
})

test('no user gets in when it cannot be recorded', async () => {
  signIn = createSignIn({
    directory,
    clock: () => nowMicros,
    defaultTenant: 'default',
    record: () => Promise.reject(new Error('the store is away')),
  })
  await expect(attempt('alice')).rejects.toThrow('the store is away')
})

test('of a hundred wrong passwords few are looked at, and no other user is kept out', async () => {
  await directory.createUser(null, { name: 'bob', password: THERE })
  const guesses = Array.from({ length: 100 }, (_, guess) => attempt('alice', `guess ${guess}`))
  const bob = attempt('bob')
  const outcomes = await Promise.all(guesses)
  expect(outcomes.filter(({ outcome }) => outcome === 'refused')).toHaveLength(5)
  expect(outcomes.filter(({ outcome }) => outcome === 'throttled')).toHaveLength(95)
  expect(outcomes.at(-1)).toEqual({ outcome: 'throttled', retryAfterSeconds: 10 })
  expect((await bob).outcome).toBe('success')
  // Five failures, one word about the rest, and bob.
  expect(recorded.map(({ outcome }) => outcome).sort()).toEqual(
    ['denied', 'failure', 'failure', 'failure', 'failure', 'failure', 'success'].sort(),
  )
})

test('the right password is refused too until the time that was told is over', async () => {
  for (let guess = 0; guess < 5; guess += 1) await attempt('alice', 'wrong')
  expect(await attempt('alice')).toEqual({ outcome: 'throttled', retryAfterSeconds: 10 })
  nowMicros += 10_000_000
  expect(await outcomeOf('alice')).toBe('success')
})

test('guessing from one address does not keep a user out at another', async () => {
  for (let guess = 0; guess < 20; guess += 1) await attempt('alice', 'wrong')
  expect(await outcomeOf('alice', THERE, { client: { ip: '192.0.2.2' } })).toBe('success')
})

test('guessing at many names from one address ends, but not for its known users', async () => {
  // Without the work of hashing a hundred passwords, of which nothing is tested here.
  signIn = createSignIn({
    directory: {
      user: () => undefined,
      candidatesToSignIn: (tenant, name) => directory.candidatesToSignIn(tenant, name),
      candidatesMax: () => 1,
      passwordMatches: async (userId) => userId !== undefined,
    },
    clock: () => nowMicros,
    defaultTenant: 'default',
    record: async () => undefined,
  })
  await attempt('alice')
  const names = Array.from({ length: 120 }, (_, index) => `name ${index}`)
  const outcomes = await Promise.all(names.map((name) => outcomeOf(name)))
  expect(outcomes.filter((outcome) => outcome === 'throttled')).toHaveLength(20)
  expect(await outcomeOf('alice')).toBe('success')
  expect(await outcomeOf('bob', THERE, { client: { ip: '192.0.2.2' } })).toBe('refused')
})

test.each(['', ' default', 'a\u200bb', 'x'.repeat(2_000)])(
  'a failure that names the tenant %.10j, which none can be called, is recorded in the default one',
  async (tenant) => {
    expect(await outcomeOf('nobody', THERE, { tenant })).toBe('refused')
    expect(recorded).toMatchObject([{ tenant: 'default', outcome: 'failure' }])
  },
)
