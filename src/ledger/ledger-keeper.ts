import type { EventWriter, TileHash, TreeHead } from './event-writer.ts'
import type { LedgerStatus } from './ledger.ts'
import { SNAPSHOT_INTERVAL_NAMES, TILE_HASHES_SAVED_AT_ONCE, TREE_MARK_EVENTS } from './limits.ts'
import type { DuplicateFilter } from './names/duplicate-filter.ts'
import { saveFilter } from './names/filter-recovery.ts'
import { type GrowingTree, HASH_BYTES, TILE_WIDTH } from './tree/merkle-tree.ts'
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
  /** Roots at sizes that the store will have later, ascending. */
  #marks: readonly TreeHead[] = []
  #snapshotSize: number
  /** The save that is running or the last one that ran: saves never overlap. */
  #saving: Promise<void> = Promise.resolve()
  #isSaving = false
  #rootHash: Uint8Array | undefined
  #closed = false

  constructor(options: LedgerKeeperOptions) {
    this.#options = options
    this.#tree = options.recovered.tree
    this.#unsavedTiles = [...options.recovered.unsavedTiles]
    this.#indexedSize = options.indexedSize
    this.#snapshotSize = options.indexedSize
  }

  /** Takes in the leaves of accepted events. */
  take(leaves: readonly Uint8Array[]): void {
    for (const piece of leaves) {
      for (let at = 0; at < piece.length; at += HASH_BYTES) {
        for (const tile of this.#tree.append(piece, at)) this.#unsavedTiles.push(tile)
      }
    }
    this.#rootHash = undefined
    const { size } = this.#tree
    if (size - (this.#marks.at(-1)?.size ?? this.#indexedSize) >= TREE_MARK_EVENTS) {
      this.#marks = [...this.#marks, { size, rootHash: this.#tree.root() }]
    }
  }

  /** Takes note that the store has the first `size` events, and wakes those who wait for them. */
  indexed(size: number): void {
    this.#indexedSize = size
    for (const wake of this.#waiters) wake()
    const last = this.#marks.findLastIndex((mark) => mark.size <= size)
    if (last > 0) this.#marks = this.#marks.slice(last)
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

  /** Saves everything that is not saved. No group may be taken any more. */
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
      const head = this.#headToSave()
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

  #headToSave(): TreeHead | undefined {
    const size = this.#indexedSize
    if (size === this.#tree.size) return { size, rootHash: this.#tree.root() }
    return this.#marks.findLast((mark) => mark.size <= size)
  }
}
