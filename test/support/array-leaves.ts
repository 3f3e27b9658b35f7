import type { TileHash } from '../../src/ledger/event-writer.ts'
import type { LeafRow, StoredLeaves } from '../../src/ledger/tiles/stored-leaves.ts'
import { GrowingTree, leafHash } from '../../src/ledger/tree/merkle-tree.ts'

/** A stored ledger in plain arrays, of which anything can be changed. */
export interface ArrayLeaves extends StoredLeaves {
  readonly tree: GrowingTree
  readonly stored: LeafRow[]
  readonly tiles: TileHash[]
}

/** The ledger of so many events, as it was stored. */
export function arrayLeaves(size: number): ArrayLeaves {
  const tree = new GrowingTree()
  const tiles: TileHash[] = []
  const stored: LeafRow[] = []
  for (let seq = 0; seq < size; seq += 1) {
    const leaf = Buffer.from(leafHash(entryOf(seq)))
    tiles.push(...tree.append(leaf))
    stored.push({ seq, leaf })
  }
  return {
    ...{ tree, stored, tiles },
    rows: async ({ start, end }) =>
      stored.filter(({ seq }) => seq >= start && seq < end).sort((a, b) => a.seq - b.seq),
    hashes: async ({ start, end }) =>
      stored.slice(start, end).map(({ leaf }) => leaf ?? leafHash('')),
    entries: async ({ start, end }) =>
      Array.from({ length: end - start }, (_, place) => entryOf(start + place)),
    tileHashes: async (level, { start, end }) =>
      tiles.filter((tile) => tile.level === level && tile.index >= start && tile.index < end),
  }
}

/** The entry of an event of `arrayLeaves`. */
function entryOf(seq: number): string {
  return JSON.stringify({ event: seq, source: { kind: 'api', name: 'ci' }, tenant: 'acme' })
}
