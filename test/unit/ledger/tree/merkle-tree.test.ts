import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowingTree, leafHash, nodeHash } from '../../../../src/ledger/tree/merkle-tree.ts'
import { TILE_WIDTH } from '../../../../src/ledger/tree/tile-shape.ts'

/** The recursive definition of RFC 9162 section 2.1.1, as plainly as it can be written. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return createHash('sha256').digest()
  if (leaves.length === 1) return first
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)))
}

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => leafHash(`${index}`))

describe('the tree', () => {
  it('hashes a leaf and a node with the prefixes of RFC 9162', () => {
    const sha256 = (...parts: readonly Uint8Array[]) =>
      createHash('sha256').update(Buffer.concat(parts)).digest()
    expect(leafHash('é')).toEqual(sha256(Buffer.from([0]), Buffer.from('é')))
    const left = leafHash('l')
    const right = leafHash('r')
    expect(nodeHash(left, right)).toEqual(sha256(Buffer.from([1]), left, right))
  })

  it('has the root of the recursive definition at every size', () => {
    const leaves = leavesOf(300)
    const tree = new GrowingTree()
    expect(tree.root()).toEqual(treeHash([]))
    for (const [index, leaf] of leaves.entries()) {
      tree.append(leaf)
      expect(tree.size).toBe(index + 1)
      expect(tree.root()).toEqual(treeHash(leaves.slice(0, index + 1)))
    }
  })

  it('is the same when whole tiles are appended by their hashes', () => {
    const leaves = leavesOf(TILE_WIDTH * 3 + 17)
    const grown = new GrowingTree()
    const tiles = leaves.flatMap((leaf) => grown.append(leaf))
    expect(tiles.map(({ level, index }) => [level, index])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
    ])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), (tileCount) => {
        const tree = new GrowingTree()
        for (const tile of tiles.slice(0, tileCount)) tree.appendTile(tile.level, tile.hash)
        for (const leaf of leaves.slice(tileCount * TILE_WIDTH)) tree.append(leaf)
        expect(tree.root()).toEqual(grown.root())
      }),
    )
  })

  it('completes a tile of level 2 with its 65 536th leaf', () => {
    const tree = new GrowingTree()
    const tiles = leavesOf(TILE_WIDTH ** 2).flatMap((leaf) => tree.append(leaf))
    expect(tiles.at(-1)).toEqual({ level: 2, index: 0, hash: tree.root() })
    expect(tiles).toHaveLength(TILE_WIDTH + 1)
  })

  it('refuses a tile where none can be', () => {
    const tree = new GrowingTree()
    tree.append(leafHash('x'))
    expect(() => tree.appendTile(1, leafHash('y'))).toThrow(RangeError)
  })
})
