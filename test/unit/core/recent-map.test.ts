import { expect, test } from 'vitest'
import { RecentMap } from '../../../src/core/recent-map.ts'

test('beyond its size, what was used longest ago is forgotten', () => {
  const map = new RecentMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3])
  map.set('a', 4)
  map.set('d', 5)
  expect(['a', 'c', 'd'].map((key) => map.get(key))).toEqual([4, undefined, 5])
})

test('what matches is forgotten', () => {
  const map = new RecentMap<number>(3)
  for (const key of ['x1', 'x2', 'y1']) map.set(key, 1)
  map.deleteWhere((key) => key.startsWith('x'))
  expect(['x1', 'x2', 'y1'].map((key) => map.get(key))).toEqual([undefined, undefined, 1])
})
