import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { openAdministered } from '../../../../src/server/instance/first-administrator.ts'
import { type OpenAccess, openAccess } from '../../../../src/server/instance/open-access.ts'
import { StoreModel } from '../../../support/store-model.ts'
import { MapRecordStore } from '../../access/records/map-record-store.ts'

let folder: string
let records: MapRecordStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-administrator-'))
  records = new MapRecordStore()
})
afterEach(() => rmSync(folder, { recursive: true }))

const tokenFile = (origin: string) => join(folder, origin, 'admin-token')
const tokenOf = (origin: string) => readFileSync(tokenFile(origin), 'utf8').trim()

const open = () =>
  openAccess({
    settings: { defaultTenant: 'default' },
    records,
    events: { page: async (query) => new StoreModel().page(query) },
    clock: createClock(),
    secretKey: Buffer.alloc(32, 7),
    audit: { record: async () => undefined },
  })

/** The start of an instance, as far as its administrator goes. */
function start(origin: string, waitMsMax = 60_000): Promise<OpenAccess> {
  const dataDirectory = join(folder, origin)
  mkdirSync(dataDirectory, { recursive: true })
  return openAdministered(open, { records, origin, dataDirectory, waitMsMax })
}

test('the first start makes an administrator, whose token is kept privately', async () => {
  const { directory } = await start('east')
  expect(statSync(tokenFile('east')).mode & 0o777).toBe(0o600)
  const token = tokenOf('east')
  expect(directory.authenticate(token)).toMatchObject({ name: 'admin', tenant: null })
  const again = await start('east')
  expect(tokenOf('east')).toBe(token)
  expect(again.directory.users(null)).toHaveLength(1)
  // A further instance has the same one, and no file.
  const west = await start('west')
  expect(west.directory.authenticate(token)?.name).toBe('admin')
  expect(existsSync(tokenFile('west'))).toBe(false)
})

test('of instances that start together one makes it, and all know its token', async () => {
  const origins = ['a', 'b', 'c', 'd']
  const opened = await Promise.all(origins.map((origin) => start(origin)))
  const withFile = origins.filter((origin) => existsSync(tokenFile(origin)))
  expect(withFile).toHaveLength(1)
  for (const { directory } of opened) {
    expect(directory.users(null)).toHaveLength(1)
    expect(directory.tokens(null)).toHaveLength(1)
    expect(directory.authenticate(tokenOf(withFile[0] ?? ''))?.name).toBe('admin')
  }
})

test('an instance that ended before it made one is waited for, and then replaced', async () => {
  await records.create({ kind: 'first-start', id: 'administrator', body: { origin: 'gone' } })
  const waiting = start('east', 60_000)
  const { directory } = await start('west', 0)
  expect(directory.authenticate(tokenOf('west'))?.name).toBe('admin')
  // The instance that still waits finds it.
  expect((await waiting).directory.authenticate(tokenOf('west'))?.name).toBe('admin')
  expect(existsSync(tokenFile('east'))).toBe(false)
})

test.each(['revoked', 'deleted'])(
  'any instance replaces an administrator that is %s',
  async (what) => {
    const { directory } = await start('east')
    const [user] = directory.users(null)
    const [token] = directory.tokens(null)
    if (what === 'revoked') await directory.revokeToken(null, token?.id ?? '')
    else await directory.deleteUser(null, user?.id ?? '')
    const west = await start('west')
    expect(west.directory.authenticate(tokenOf('west'))?.name).toBe('admin')
    expect(west.directory.authenticate(tokenOf('east'))).toBeUndefined()
    expect(west.directory.users(null)).toHaveLength(1)
    expect(west.directory.user(null, 'admin')?.id === user?.id).toBe(what === 'revoked')
  },
)
