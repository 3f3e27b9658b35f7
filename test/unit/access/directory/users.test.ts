import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { DirectoryPlace } from './directory-place.ts'

let place: DirectoryPlace
let directory: DirectoryKeeper

beforeEach(async () => {
  place = new DirectoryPlace()
  directory = await place.open()
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
  expect((await place.open()).users(null)).toEqual([again])
})
