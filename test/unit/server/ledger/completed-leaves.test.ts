import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TileReader } from '../../../../src/ledger/tiles/tile-reader.ts'
import { hashOver } from '../../../../src/ledger/tree/merkle-tree.ts'
import { completedLeaves } from '../../../../src/server/ledger/completed-leaves.ts'
import { arrayLeaves } from '../../../support/array-leaves.ts'

/** More than a tile of level 1, so that there is a hash of level 2. */
const SIZE = 256 * 256 + 700
const whole = arrayLeaves(SIZE)

/** The ledger without some of its saved hashes, of which the engine can make those of groups. */
function without(isSaved: (index: number, level: number) => boolean) {
  return completedLeaves({
    ...whole,
    tileHashes: async (level, range) =>
      (await whole.tileHashes(level, range)).filter((tile) => isSaved(tile.index, tile.level)),
    groupHashes: async ({ start, end }) => {
      const groups = Array.from({ length: (end - start) / 256 }, (_, group) => start / 256 + group)
      const made = groups.map(async (group) => {
        const hashes = await whole.hashes({ start: group * 256, end: (group + 1) * 256 })
        return [group, Buffer.from(hashOver(Buffer.concat(hashes)))] as const
      })
      return new Map(await Promise.all(made))
    },
  })
}

test('proofs do not depend on whether the latest hashes are saved', async () => {
  const expected = new TileReader(whole, () => [])
  const groups = fc.integer({ min: 0, max: Math.floor(SIZE / 256) })
  await fc.assert(
    fc.asyncProperty(groups, fc.integer({ min: 1, max: SIZE - 1 }), async (saved, from) => {
      const leaves = without((index, level) => (index + 1) * 256 ** (level - 1) <= saved)
      const found = new TileReader(leaves, () => [])
      const range = { start: 0, end: from }
      expect(await found.proof(range, SIZE)).toEqual(await expected.proof(range, SIZE))
    }),
    { numRuns: 20 },
  )
})

test('a ledger without its saved hashes is not read whole for one tile', async () => {
  const leaves = without(() => false)
  const reads = await leaves.tileHashes(2, { start: 0, end: 256 })
  expect(reads).toEqual([])
})
