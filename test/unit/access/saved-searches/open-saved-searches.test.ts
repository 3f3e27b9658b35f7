import { beforeEach, expect, test } from 'vitest'
import type { AccessEvent } from '../../../../src/access/directory/administration-event.ts'
import type { DirectoryKeeper, NewUser } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import type { GrantRole } from '../../../../src/access/directory/principal.ts'
import { openSavedSearches } from '../../../../src/access/saved-searches/open-saved-searches.ts'
import {
  type Keeping,
  SAVED_QUERY_LENGTH_MAX,
  SAVED_SEARCHES_OF_USER_MAX,
  type SavedSearchKeeper,
  type SearchWish,
} from '../../../../src/access/saved-searches/saved-search.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

const clock = createClock()
let records: MapRecordStore
let directory: DirectoryKeeper
let searches: SavedSearchKeeper
let events: AccessEvent[]
let record: (event: AccessEvent) => Promise<void>

const open = () =>
  openSavedSearches({
    ...{ records, directory, clock, defaultTenant: 'default' },
    record: (event) => record(event),
  })

beforeEach(async () => {
  records = new MapRecordStore()
  events = []
  record = async (event) => void events.push(event)
  directory = await openDirectory({ records, clock, defaultTenant: 'default', tokenKey: TOKEN_KEY })
  searches = await open()
})

async function userOf(
  user: NewUser,
  ...grants: { readonly role: GrantRole; readonly namespace: string }[]
): Promise<Keeping> {
  const { id } = await directory.createUser(null, { tenant: 'red', ...user })
  for (const grant of grants) await directory.createGrant(null, { user: id, ...grant })
  const principal = directory.principal(id, { id: 'test', scopes: ['admin'] })
  if (principal === undefined) throw new Error('the user is there')
  return { principal }
}

const wish = (more: Partial<SearchWish> = {}): SearchWish => ({
  ...{ name: 'Denied', query: 'outcome=denied&last=24h', sharedWith: 'none' },
  ...more,
})
const namesOf = ({ principal }: Keeping) => searches.list(principal).map(({ name }) => name)

test('a private search is seen by its owner alone', async () => {
  const alice = await userOf({ name: 'alice', roles: ['auditor'] })
  const root = await userOf({ name: 'root', roles: ['administrator'] })
  const { id } = await searches.create(alice, wish())
  expect(namesOf(alice)).toEqual(['Denied'])
  expect(namesOf(root)).toEqual([])
  const denied = { code: 'resource.missing' }
  await expect(searches.remove(root, id)).rejects.toMatchObject(denied)
  await expect(searches.change(root, id, wish())).rejects.toMatchObject(denied)
})

test('a search is shared with those who have a grant, in one tenant', async () => {
  const payments = { role: 'read', namespace: 'payments' } as const
  const alice = await userOf({ name: 'alice' }, payments)
  const bob = await userOf({ name: 'bob' }, payments)
  const lead = await userOf({ name: 'lead' }, { ...payments, role: 'admin' })
  const carol = await userOf({ name: 'carol' }, { role: 'admin', namespace: 'web' })
  const stranger = await userOf({ name: 'alice', tenant: 'blue' }, payments)
  const shared = wish({ sharedWith: 'namespace', namespace: 'payments' })
  const { id } = await searches.create(alice, shared)
  expect([alice, bob, lead, carol, stranger].map(namesOf)).toEqual([
    ...[['Denied'], ['Denied'], ['Denied']],
    ...[[], []],
  ])
  const denied = { code: 'access.denied' }
  await expect(searches.change(bob, id, shared)).rejects.toMatchObject(denied)
  await searches.change(lead, id, { ...shared, name: 'Refused' })
  expect(namesOf(bob)).toEqual(['Refused'])
})

test('a search is shared only where its user reads', async () => {
  const alice = await userOf({ name: 'alice' }, { role: 'read', namespace: 'payments' })
  const denied = { code: 'access.denied' }
  for (const sharing of [
    { sharedWith: 'tenant' },
    { sharedWith: 'namespace', namespace: 'web' },
  ] as const) {
    await expect(searches.create(alice, wish(sharing))).rejects.toMatchObject(denied)
  }
  expect(events).toEqual([])
})

test('of a deleted user, private searches end and shared ones stay with the others', async () => {
  const alice = await userOf({ name: 'alice', roles: ['auditor'] })
  const bob = await userOf({ name: 'bob', roles: ['auditor'] })
  const root = await userOf({ name: 'root', roles: ['administrator'] })
  await searches.create(alice, wish({ name: 'Mine' }))
  const { id } = await searches.create(alice, wish({ name: 'Ours', sharedWith: 'tenant' }))
  await directory.deleteUser(null, alice.principal.userId)
  // A crash between the two leaves the rest to the next deletion.
  searches = await open()
  expect(namesOf(bob)).toEqual(['Ours'])
  events = []
  await searches.passOn(root)
  expect(events.map(({ action, target }) => [action, target?.name])).toEqual([
    ['saved-search.delete', 'Mine'],
    ['saved-search.change', 'Ours'],
  ])
  expect(await records.load('saved-search')).toHaveLength(1)
  await expect(searches.change(root, id, wish())).rejects.toMatchObject({
    problems: [{ path: '/sharedWith' }],
  })
  await searches.remove(root, id)
  expect(namesOf(bob)).toEqual([])
})

test('every change is recorded before it is made, and without secrets', async () => {
  const alice = await userOf({ name: 'alice' })
  const secret = encodeURIComponent('https://joe:hunter2-Zk38vQx9@example.com/')
  const { id } = await searches.create(alice, wish({ query: `q=${secret}` }))
  await searches.change(alice, id, wish({ name: 'Other' }))
  await searches.remove(alice, id)
  expect(events.map(({ action, tenant }) => [action, tenant])).toEqual([
    ['saved-search.create', 'red'],
    ['saved-search.change', 'red'],
    ['saved-search.delete', 'red'],
  ])
  expect(JSON.stringify(events)).not.toContain('hunter2')
  record = async () => Promise.reject(new Error('the ledger is full'))
  await expect(searches.create(alice, wish())).rejects.toThrow('the ledger is full')
  expect(namesOf(alice)).toEqual([])
})

test('what a user keeps is bounded', async () => {
  const alice = await userOf({ name: 'alice' })
  const created = Array.from({ length: SAVED_SEARCHES_OF_USER_MAX + 1 }, () =>
    searches.create(alice, wish()),
  )
  const results = await Promise.allSettled(created)
  expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'resource.too-many' } },
  ])
  const query = `q=${'x'.repeat(SAVED_QUERY_LENGTH_MAX)}`
  await expect(searches.create(alice, wish({ query }))).rejects.toMatchObject({
    problems: [{ path: '/query' }],
  })
})
