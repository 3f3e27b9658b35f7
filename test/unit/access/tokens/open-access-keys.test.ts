import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import type { AccessKeyKeeper } from '../../../../src/access/tokens/access-keys.ts'
import { openAccessKeys } from '../../../../src/access/tokens/open-access-keys.ts'
import { createSecretBox } from '../../../../src/access/tokens/secret-box.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { MapRecordStore, TOKEN_KEY } from '../records/map-record-store.ts'

let records: MapRecordStore
let directory: DirectoryKeeper
let keys: AccessKeyKeeper
let aliceId: string
const clock = () => Date.UTC(2026, 10, 22) * 1000

async function open(keyByte = 7): Promise<AccessKeyKeeper> {
  const box = createSecretBox(Buffer.alloc(32, keyByte), 'access keys')
  return openAccessKeys({ records, directory, clock, box })
}

beforeEach(async () => {
  records = new MapRecordStore()
  directory = await openDirectory({ records, clock, defaultTenant: 'default', tokenKey: TOKEN_KEY })
  const alice = await directory.createUser(null, { name: 'alice', tenant: 'acme' })
  aliceId = alice.id
  keys = await open()
})

test('a pair has the form of Huawei, and is found after a restart', async () => {
  const { accessKey, secretKey, ...info } = await keys.create(null, 'alice')
  expect(accessKey).toMatch(/^[A-Z0-9]{20}$/)
  expect(secretKey).toMatch(/^[A-Za-z0-9]{40}$/)
  expect(info).toEqual({ user: aliceId, createdAt: '2026-11-22T00:00:00.000000Z' })
  for (const opened of [keys, await open()]) {
    expect(opened.find(accessKey)).toEqual({ user: aliceId, secretKey })
  }
  expect(keys.find('NOBODYSKEY0000000000')).toBeUndefined()
})

test('the secret is neither stored as it is nor listed', async () => {
  const { accessKey, secretKey } = await keys.create(null, 'alice')
  expect(JSON.stringify([...records.records.values()])).not.toContain(secretKey)
  expect(keys.list('acme')).toEqual([{ accessKey, user: aliceId, createdAt: expect.any(String) }])
})

test('an instance with another key finds the pair, but not its secret', async () => {
  const { accessKey } = await keys.create(null, 'alice')
  expect((await open(8)).find(accessKey)).toEqual({ user: aliceId, secretKey: undefined })
})

test('a secret that is moved under another name opens to nothing', async () => {
  const [one, other] = [await keys.create(null, 'alice'), await keys.create(null, 'alice')]
  const bodies = await records.load('access-key')
  const body = bodies.find(({ id }) => id === one.accessKey)?.body ?? {}
  await records.put({ kind: 'access-key', id: other.accessKey, body })
  expect((await open()).find(other.accessKey)?.secretKey).toBeUndefined()
})

test('an administrator sees and changes those of its own tenant', async () => {
  const { accessKey } = await keys.create('acme', 'alice')
  expect(keys.list('other')).toEqual([])
  expect(keys.list(null)).toHaveLength(1)
  await expect(keys.remove('other', accessKey)).rejects.toThrow(Fault)
  await expect(keys.create('other', 'alice')).rejects.toThrow(Fault)
  await keys.remove('acme', accessKey)
  expect(keys.find(accessKey)).toBeUndefined()
  expect((await open()).find(accessKey)).toBeUndefined()
})

test('an organization has none, nor has an anonymous caller', async () => {
  await directory.createUser(null, { name: 'org', kind: 'organization', tenant: 'acme' })
  for (const user of ['org', 'nobody']) {
    await expect(keys.create(null, user)).rejects.toMatchObject({ code: 'request.invalid' })
  }
})

test('with its user all of them are forgotten', async () => {
  await keys.create(null, 'alice')
  await keys.create(null, 'alice')
  const bob = await directory.createUser(null, { name: 'bob', tenant: 'acme' })
  const kept = await keys.create(null, 'bob')
  await keys.removeAllOf(aliceId)
  await directory.deleteUser(null, aliceId)
  expect(keys.list(null)).toMatchObject([{ accessKey: kept.accessKey, user: bob.id }])
  expect(await records.load('access-key')).toHaveLength(1)
})

test('a name of several users makes no key, and the refusal has their ids', async () => {
  const other = await directory.createUser(null, { name: 'alice', tenant: 'other' })
  const ids = `${aliceId} (tenant acme), ${other.id} (tenant other)`
  await expect(keys.create(null, 'alice')).rejects.toMatchObject({
    problems: [{ path: '/user', expected: `the id of one of the 2 users named alice: ${ids}` }],
  })
  expect(await keys.create(null, other.id)).toMatchObject({ user: other.id })
  expect(await keys.create('acme', 'alice')).toMatchObject({ user: aliceId })
})
