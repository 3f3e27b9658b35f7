import type { TileHash } from '../../ledger/event-writer.ts'
import { TILE_HASHES_SAVED_AT_ONCE } from '../../ledger/limits.ts'
import type { LeafRange } from '../../ledger/proof/subtree-proof.ts'
import type { StoredLeaves } from '../../ledger/tiles/stored-leaves.ts'
import { hashOver } from '../../ledger/tree/merkle-tree.ts'
import { TILE_WIDTH } from '../../ledger/tree/tile-shape.ts'

/** Most hashes above level 1 that a running instance may not have saved yet, with a reserve. */
const UPPER_HASHES_MADE_MAX = (2 * TILE_HASHES_SAVED_AT_ONCE) / TILE_WIDTH

/**
 * The ledger of an instance that runs elsewhere: the hashes of its latest groups, which it has in
 * memory and not saved yet, are made from the events. More than it may have so stay missing.
 */
export function completedLeaves(leaves: StoredLeaves): StoredLeaves {
  const tileHashes = async (level: number, range: LeafRange): Promise<readonly TileHash[]> => {
    const saved = await leaves.tileHashes(level, range)
    const width = range.end - range.start
    if (saved.length === width) return saved
    const found = new Map(saved.map((hash) => [hash.index, hash]))
    for (const [index, hash] of await made(level, range, found)) {
      found.set(index, { level, index, hash })
    }
    return [...found.values()].sort((one, other) => one.index - other.index)
  }
  const made = async (
    level: number,
    { start, end }: LeafRange,
    found: ReadonlyMap<number, TileHash>,
  ): Promise<ReadonlyMap<number, Uint8Array>> => {
    const indexes = Array.from({ length: end - start }, (_, offset) => start + offset)
    const missing = indexes.filter((index) => !found.has(index))
    if (level === 1) {
      const first = missing[0] ?? end
      const groups = { start: first * TILE_WIDTH, end: end * TILE_WIDTH }
      const hashes = [...((await leaves.groupHashes?.(groups)) ?? [])]
      return new Map(hashes.filter(([index]) => missing.includes(index)))
    }
    const upper = new Map<number, Uint8Array>()
    if (missing.length > UPPER_HASHES_MADE_MAX) return upper
    for (const index of missing) {
      const below = { start: index * TILE_WIDTH, end: (index + 1) * TILE_WIDTH }
      const hashes = await tileHashes(level - 1, below)
      if (hashes.length < TILE_WIDTH) continue
      upper.set(index, hashOver(Buffer.concat(hashes.map(({ hash }) => hash))))
    }
    return upper
  }
  return { ...leaves, tileHashes }
}
