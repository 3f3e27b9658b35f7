import type { EventWriter, TileHash, TreeHead } from './event-writer.ts'
import { GrowingTree, leafHash, TILE_LEVEL_MAX, TILE_WIDTH } from './merkle-tree.ts'

/** A tree that holds every leaf of the store, and what is not yet saved of it. */
export interface RecoveredTree {
  readonly tree: GrowingTree
  readonly unsavedTiles: readonly TileHash[]
  /** Why the events do not give the root that was saved; undefined when they do. */
  readonly contradiction: string | undefined
}

/**
 * Rebuilds the tree after a start: whole tiles from their saved hashes, the rest from the events.
 * The root at the saved head's size is compared on the way, so that events altered since the last
 * save are noticed at once; the ones under saved tiles are for `verify`.
 */
export async function recoverTree(writer: EventWriter): Promise<RecoveredTree> {
  const tree = new GrowingTree()
  await appendSavedTiles(tree, writer)
  const head = await writer.loadTreeHead()
  const unsavedTiles: TileHash[] = []
  let contradiction = compare(tree, head)
  for await (const texts of writer.canonicalFrom(tree.size)) {
    for (const text of texts) {
      unsavedTiles.push(...tree.append(leafHash(text)))
      contradiction ??= compare(tree, head)
    }
  }
  if (head !== undefined && head.size > tree.size) {
    contradiction = `the ledger had ${head.size} events, the store has ${tree.size}`
  }
  return { tree, unsavedTiles, contradiction }
}

/** From the widest tiles to the narrowest, each level where the wider ones end. */
async function appendSavedTiles(tree: GrowingTree, writer: EventWriter): Promise<void> {
  for (let level = TILE_LEVEL_MAX; level >= 1; level -= 1) {
    const width = TILE_WIDTH ** level
    for (const tile of await writer.loadTileHashes(level, tree.size / width)) {
      // A hole: what lies after it is rebuilt from narrower tiles or from the events.
      if (tile.index * width !== tree.size) break
      tree.appendTile(level, tile.hash)
    }
  }
}

function compare(tree: GrowingTree, head: TreeHead | undefined): string | undefined {
  if (head === undefined || head.size !== tree.size) return undefined
  if (Buffer.compare(tree.root(), head.rootHash) === 0) return undefined
  return `the events do not give the root that was saved at size ${head.size}`
}
