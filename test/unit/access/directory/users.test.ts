import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
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

test('of two users created at once with one name, one is refused', async () => {
  const both = await Promise.allSettled([
    directory.createUser(null, { name: 'alice', password: 'battery staple' }),
    directory.createUser(null, { name: 'alice' }),
  ])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
})

test('a name is free again once its user is deleted, and the new user is another one', async () => {
  const { id } = await directory.createUser(null, { name: 'alice', password: 'battery staple' })
  const mark = directory.passwordMark(id)
  expect(await directory.passwordMatches(id, 'battery staple')).toBe(true)
  await directory.deleteUser(null, id)
  expect(await directory.passwordMatches(id, 'battery staple')).toBe(false)
  const again = await directory.createUser(null, { name: 'alice', password: 'battery staple' })
  expect(again.id).not.toBe(id)
  expect(directory.passwordMark(id)).toBeUndefined()
  expect(directory.passwordMark(again.id)).not.toBe(mark)
  expect((await reopen()).users(null)).toEqual([again])
})
