import type { EventWriter, TileHash, TreeHead } from './event-writer.ts'
import { LOST_EVENTS_MAX } from './limits.ts'
import { GrowingTree, leafHash, TILE_LEVEL_MAX, TILE_WIDTH } from './merkle-tree.ts'
import { missingEvents } from './missing-events.ts'

/** A tree that holds every leaf of the store, and what is not yet saved of it. */
export interface RecoveredTree {
  readonly tree: GrowingTree
  readonly unsavedTiles: readonly TileHash[]
  /** How the stored events contradict what was recorded of them; undefined when they do not. */
  readonly contradiction: string | undefined
}

/**
 * Rebuilds the tree after a start: whole tiles from their saved hashes, the rest from the events.
 * The root at the saved head's size is compared on the way, so that events altered since the last
 * save are noticed, and the rows of every origin are counted, so that missing ones are. An event
 * altered under a saved tile is not noticed here.
 */
export async function recoverTree(writer: EventWriter, origin: string): Promise<RecoveredTree> {
  const tree = new GrowingTree()
  await appendSavedTiles(tree, writer)
  const head = (await writer.loadTreeHead()) ?? (await saveFirstHead(tree, writer))
  const unsavedTiles: TileHash[] = []
  let contradiction = compare(tree, head)
  for await (const texts of writer.canonicalFrom(tree.size)) {
    for (const text of texts) {
      unsavedTiles.push(...tree.append(leafHash(text)))
      contradiction ??= compare(tree, head)
    }
  }
  for (const leaf of lostLeaves(tree.size, head)) unsavedTiles.push(...tree.append(leaf))
  const missing = missingEvents(await writer.holdings(), { origin, size: tree.size })
  const found = [...missing, ...(contradiction === undefined ? [] : [contradiction])]
  return { tree, unsavedTiles, contradiction: found.length === 0 ? undefined : found.join('; ') }
}

/**
 * Leaves in place of events at the end that were recorded and are gone: no seq is given out twice,
 * so that they stay missing. Beyond the limit the saved head itself is what is wrong.
 */
function* lostLeaves(size: number, head: TreeHead | undefined): Iterable<Uint8Array> {
  const lost = (head?.size ?? 0) - size
  if (lost <= 0 || lost > LOST_EVENTS_MAX) return
  const leaf = leafHash('')
  for (let count = 0; count < lost; count += 1) yield leaf
}

/** A new ledger saves its head before its first event: one without a head has lost it. */
async function saveFirstHead(
  tree: GrowingTree,
  writer: EventWriter,
): Promise<TreeHead | undefined> {
  if (tree.size > 0 || (await writer.size()) > 0) return undefined
  const head = { size: 0, rootHash: tree.root() }
  await writer.saveTreeHead(head)
  return head
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
