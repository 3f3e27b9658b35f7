import type { EventWriter, TileHash, TreeHead } from '../event-writer.ts'
import { LOST_EVENTS_MAX } from '../limits.ts'
import { GrowingTree, leafHash } from './merkle-tree.ts'
import { TILE_LEVEL_MAX, TILE_WIDTH } from './tile-shape.ts'

/** A tree that holds every leaf of the ledger, and what is not yet saved of it. */
export interface RecoveredTree {
  readonly tree: GrowingTree
  readonly unsavedTiles: readonly TileHash[]
  /** How the events contradict what was recorded of them; undefined when they do not. */
  readonly contradiction: string | undefined
}

/**
 * Rebuilds the tree after a start: whole tiles from their saved hashes, the rest from the events of
 * the store, then from those of the journal. The root at the saved head's size is compared on the
 * way, so that events altered since the last save are noticed. An event altered under a saved tile
 * is not noticed here.
 */
export class TreeRecovery {
  readonly tree = new GrowingTree()
  readonly unsavedTiles: TileHash[] = []
  readonly head: TreeHead | undefined
  readonly #signed: TreeHead | undefined
  #differs = false
  #differsFromSigned = false
  #isSignedCompared = false

  private constructor(head: TreeHead | undefined, signed: TreeHead | undefined) {
    this.head = head
    this.#signed = signed
  }

  /**
   * The tree over the events of the store.
   * @param signed the size and the root that were signed last.
   */
  static async fromStore(writer: EventWriter, signed?: TreeHead): Promise<TreeRecovery> {
    const recovery = new TreeRecovery(await firstHead(writer), signed)
    await appendSavedTiles(recovery.tree, writer)
    recovery.#compare()
    for await (const texts of writer.canonicalFrom(recovery.tree.size)) {
      for (const text of texts) recovery.append(leafHash(text))
    }
    return recovery
  }

  append(leaf: Uint8Array): void {
    this.unsavedTiles.push(...this.tree.append(leaf))
    this.#compare()
  }

  /**
   * Leaves in place of events that were recorded and are gone, up to `size`: no seq is given out
   * twice, so that they stay missing. A size far ahead is itself what is wrong.
   *
   * @returns whether there were any.
   */
  fillUpTo(size: number): boolean {
    const lost = size - this.tree.size
    if (lost <= 0 || lost > LOST_EVENTS_MAX) return false
    const leaf = leafHash('')
    for (let count = 0; count < lost; count += 1) this.append(leaf)
    return true
  }

  /** That the events do not give the root which was saved; undefined when they do. */
  get contradiction(): string | undefined {
    const size = this.head?.size
    return this.#differs
      ? `the events do not give the root that was saved at size ${size}`
      : undefined
  }

  /** Whether the tree was at the signed size and had another root there. */
  get differsFromSigned(): boolean {
    return this.#differsFromSigned
  }

  /** Whether the tree went past the signed size at one go, with the hash of a saved tile. */
  get isSignedAhead(): boolean {
    return !this.#isSignedCompared
  }

  #compare(): void {
    const { tree } = this
    if (this.head?.size === tree.size && !isRootOf(tree, this.head)) this.#differs = true
    if (this.#signed?.size !== tree.size) return
    this.#isSignedCompared = true
    if (!isRootOf(tree, this.#signed)) this.#differsFromSigned = true
  }
}

function isRootOf(tree: GrowingTree, { rootHash }: TreeHead): boolean {
  return Buffer.compare(tree.root(), rootHash) === 0
}

/** The saved head. A new ledger saves one before its first event: one without has lost it. */
async function firstHead(writer: EventWriter): Promise<TreeHead | undefined> {
  const saved = await writer.loadTreeHead()
  if (saved !== undefined || (await writer.size()) > 0) return saved
  const head = { size: 0, rootHash: new GrowingTree().root() }
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
