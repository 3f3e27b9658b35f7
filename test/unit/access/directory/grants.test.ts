import { beforeEach, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { DirectoryPlace } from './directory-place.ts'

let place: DirectoryPlace
let directory: DirectoryKeeper

beforeEach(async () => {
  place = new DirectoryPlace()
  directory = await place.open()
})

test('a principal has its grants from their creation until they are deleted', async () => {
  const { id } = await directory.createUser(null, { name: 'alice' })
  await directory.createUser(null, { name: 'bob' })
  const held = (keeper: DirectoryKeeper) =>
    keeper.principal(id, { id: 's', scopes: [] })?.grants.map(({ namespace }) => namespace)
  const grantOn = (namespace: string, user = 'alice') =>
    directory.createGrant(null, { user, role: 'read', namespace })
  expect(held(directory)).toEqual([])
  const [first] = [await grantOn('a'), await grantOn('b'), await grantOn('c', 'bob')]
  expect(held(directory)).toEqual(['a', 'b'])
  expect(held(await place.open())).toEqual(expect.arrayContaining(['a', 'b']))
  await directory.deleteGrant(null, first.id)
  expect(held(directory)).toEqual(['b'])
  expect(held(await place.open())).toEqual(['b'])
  await expect(directory.deleteGrant(null, first.id)).rejects.toMatchObject({
    code: 'resource.missing',
  })
})

test('the grants of a deleted user go with it, and those of others stay', async () => {
  const { id } = await directory.createUser(null, { name: 'alice' })
  await directory.createUser(null, { name: 'bob' })
  for (const user of ['alice', 'bob', 'alice']) {
    await directory.createGrant(null, { user, role: 'read', namespace: 'a' })
  }
  await directory.deleteUser(null, id)
  expect(directory.grants(null)).toHaveLength(1)
  expect(await place.records.load('grant')).toHaveLength(1)
})
