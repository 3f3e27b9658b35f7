import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTilePath, tilePath, widthIn } from '../../../../src/ledger/tiles/tile-path.ts'

test('an index is written in elements of three digits, as tlog-tiles writes it', () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('0/x001/x234/067')
  expect(tilePath({ level: 'entries', index: 5, width: 3 })).toBe('entries/005.p/3')
})

test('every tile has one path, and that path is read as the tile', () => {
  const names = fc.record({
    level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
    index: fc.nat(2 ** 31),
    width: fc.integer({ min: 1, max: 256 }),
  })
  fc.assert(
    fc.property(names, (name) => {
      expect(parseTilePath(tilePath(name))).toEqual(name)
    }),
  )
})

test.each([
  '',
  '0',
  '0/',
  '0/1',
  '0/0001',
  '00/001',
  '64/001',
  '-1/001',
  '0/x000/001',
  '0/001.p/0',
  '0/001.p/256',
  '0/001.p/01',
  '0/001.p/',
  '0/001.p/1/2',
  '0/X001/234',
  '0/001/234',
  '0/x001/x234',
  'data/001',
  'entries/001.p/-1',
  '0/../001',
  '0/001?x',
  '0/x001/x001/x001/x001/x001/001',
])('%j is no path of a tile', (path) => {
  expect(parseTilePath(path)).toBeUndefined()
})

test('a tile is as wide as the tree, on each level', () => {
  expect(widthIn(256, { level: 0, index: 0 })).toBe(256)
  expect(widthIn(256, { level: 1, index: 0 })).toBe(1)
  expect(widthIn(255, { level: 1, index: 0 })).toBe(0)
  expect(widthIn(70_000, { level: 0, index: 273 })).toBe(112)
  expect(widthIn(70_000, { level: 1, index: 1 })).toBe(17)
  expect(widthIn(70_000, { level: 2, index: 0 })).toBe(1)
  expect(widthIn(70_000, { level: 'entries', index: 274 })).toBe(0)
})
