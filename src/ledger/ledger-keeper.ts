import type { EventWriter, TileHash, TreeHead } from './event-writer.ts'
import type { LedgerStatus } from './ledger.ts'
import { SNAPSHOT_INTERVAL_NAMES, TILE_HASHES_SAVED_AT_ONCE, TREE_MARKS_MAX } from './limits.ts'
import type { DuplicateFilter } from './names/duplicate-filter.ts'
import { saveFilter } from './names/filter-recovery.ts'
import type { LeafRange } from './proof/subtree-proof.ts'
import type { FrozenTree, GrowingTree } from './tree/merkle-tree.ts'
import { HASH_BYTES, TILE_WIDTH } from './tree/tile-shape.ts'
import type { RecoveredTree } from './tree/tree-recovery.ts'

/** What a `LedgerKeeper` starts from and where it saves. */
export interface LedgerKeeperOptions {
  readonly recovered: RecoveredTree
  /** How many of the tree's events the store has. */
  readonly indexedSize: number
  readonly filter: DuplicateFilter
  readonly writer: EventWriter
  readonly place: { readonly directory: string; readonly origin: string }
  readonly onTrouble: (error: unknown) => void
}

/**
 * Keeps what follows from the accepted events: the tree, its saved tiles and head, the filter's
 * snapshot. All of it can be rebuilt from the events, so nothing here delays an acknowledgement
 * and nothing that fails here fails an append. What is saved never goes beyond what the store has.
 */
export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions
  readonly #tree: GrowingTree
  readonly #waiters = new Set<() => void>()
  #unsavedTiles: TileHash[]
  #indexedSize: number
  /** The tree at sizes from what the store has up to what is accepted, ascending. */
  #marks: readonly FrozenTree[]
  #snapshotSize: number
  /** The save that is running or the last one that ran: saves never overlap. */
  #saving: Promise<void> = Promise.resolve()
  #isSaving = false
  #rootHash: Uint8Array | undefined
  #closed = false
  #onDurable: () => void = () => undefined

  constructor(options: LedgerKeeperOptions) {
    this.#options = options
    this.#tree = options.recovered.tree
    this.#unsavedTiles = [...options.recovered.unsavedTiles]
    this.#indexedSize = options.indexedSize
    this.#snapshotSize = options.indexedSize
    this.#marks = [this.#tree.frozen()]
  }

  /** Takes in the leaves of accepted events. */
  take(leaves: readonly Uint8Array[]): void {
    for (const piece of leaves) {
      for (let at = 0; at < piece.length; at += HASH_BYTES) {
        for (const tile of this.#tree.append(piece, at)) this.#unsavedTiles.push(tile)
      }
    }
    this.#rootHash = undefined
    this.#marks = thinned([...this.#marks, this.#tree.frozen()])
  }

  /** Takes note that the store has the first `size` events, and wakes those who wait for them. */
  indexed(size: number): void {
    this.#indexedSize = size
    const last = this.#marks.findLastIndex((mark) => mark.size <= size)
    if (last > 0) this.#marks = this.#marks.slice(last)
    for (const wake of this.#waiters) wake()
    this.#onDurable()
    const isDue =
      this.#tilesToSave().length >= TILE_HASHES_SAVED_AT_ONCE ||
      size - this.#snapshotSize >= SNAPSHOT_INTERVAL_NAMES
    if (isDue && !this.#isSaving) this.#saving = this.#save(false)
  }

  status(): Pick<LedgerStatus, 'size' | 'readableSize' | 'rootHash' | 'contradiction'> {
    this.#rootHash ??= this.#tree.root()
    const { contradiction } = this.#options.recovered
    const { size } = this.#tree
    return { size, readableSize: this.#indexedSize, rootHash: this.#rootHash, contradiction }
  }

  /** The greatest size that the store has and whose root is known; undefined at first. */
  durableHead(): TreeHead | undefined {
    return this.#marks.findLast(({ size }) => size <= this.#indexedSize)?.head()
  }

  /** Has a function called whenever the store has more events. */
  watchDurable(onDurable: () => void): void {
    this.#onDurable = onDurable
  }

  /** Hashes of a level that are complete and not saved. */
  unsavedTiles(level: number, { start, end }: LeafRange): readonly TileHash[] {
    return this.#unsavedTiles.filter(
      (tile) => tile.level === level && tile.index >= start && tile.index < end,
    )
  }

  /** See `Ledger.lastLeaves`. */
  lastLeaves(size: number): Uint8Array | undefined {
    const group = Math.floor(size / TILE_WIDTH)
    if (group !== Math.floor(this.#tree.size / TILE_WIDTH)) return undefined
    return this.#tree.lastLeaves().subarray(0, (size % TILE_WIDTH) * HASH_BYTES)
  }

  /** Whether a reader is waiting for events. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0
  }

  async waitForReadableOver(size: number, signal: AbortSignal): Promise<number> {
    while (this.#indexedSize <= size && !signal.aborted && !this.#closed) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiters.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiters.add(wake)
        signal.addEventListener('abort', wake)
      })
    }
    return this.#indexedSize
  }

  /** Saves everything that is not saved. No group is taken after that. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#saving
    await this.#save(true)
    for (const wake of this.#waiters) wake()
  }

  async #save(isLast: boolean): Promise<void> {
    const { writer, filter, place, onTrouble } = this.#options
    this.#isSaving = true
    try {
      const tiles = this.#tilesToSave()
      const head = this.durableHead()
      const size = this.#indexedSize
      if (tiles.length > 0) await writer.saveTileHashes(tiles)
      this.#unsavedTiles = this.#unsavedTiles.slice(tiles.length)
      if (head !== undefined) await writer.saveTreeHead(head)
      if (isLast || size - this.#snapshotSize >= SNAPSHOT_INTERVAL_NAMES) {
        await saveFilter(filter, { ...place, size })
        this.#snapshotSize = size
      }
    } catch (error) {
      onTrouble(error)
    } finally {
      this.#isSaving = false
    }
  }

  /** They are in the order in which they were completed. */
  #tilesToSave(): readonly TileHash[] {
    const later = this.#unsavedTiles.findIndex(
      ({ level, index }) => (index + 1) * TILE_WIDTH ** level > this.#indexedSize,
    )
    return later < 0 ? this.#unsavedTiles : this.#unsavedTiles.slice(0, later)
  }
}

/** Every second mark is let go when there are too many, but not the newest. */
function thinned(marks: readonly FrozenTree[]): readonly FrozenTree[] {
  if (marks.length <= TREE_MARKS_MAX) return marks
  return marks.filter((_, index) => index % 2 === 0 || index === marks.length - 1)
}
