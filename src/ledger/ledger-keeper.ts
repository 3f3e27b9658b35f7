import type { DuplicateFilter } from './duplicate-filter.ts'
import type { EventWriter, TileHash } from './event-writer.ts'
import { saveFilter } from './filter-recovery.ts'
import type { StoredGroup } from './group-commit.ts'
import type { LedgerStatus } from './ledger.ts'
import { SNAPSHOT_INTERVAL_NAMES, TILE_HASHES_SAVED_AT_ONCE } from './limits.ts'
import { type GrowingTree, HASH_BYTES } from './merkle-tree.ts'
import type { RecoveredTree } from './tree-recovery.ts'

/** What a `LedgerKeeper` starts from and where it saves. */
export interface LedgerKeeperOptions {
  readonly recovered: RecoveredTree
  readonly filter: DuplicateFilter
  readonly writer: EventWriter
  readonly place: { readonly directory: string; readonly origin: string }
  readonly onTrouble: (error: unknown) => void
}

/**
 * Keeps what follows from the stored events: the tree, its saved tiles and head, the filter's
 * snapshot. All of it can be rebuilt from the events, so nothing here delays an acknowledgement
 * and nothing that fails here fails an append.
 */
export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions
  readonly #tree: GrowingTree
  readonly #waiters = new Set<() => void>()
  #unsavedTiles: readonly TileHash[]
  #snapshotSize: number
  /** The save that is running or the last one that ran: saves never overlap. */
  #saving: Promise<void> = Promise.resolve()
  #isSaving = false
  #rootHash: Uint8Array | undefined
  #closed = false

  constructor(options: LedgerKeeperOptions) {
    this.#options = options
    this.#tree = options.recovered.tree
    this.#unsavedTiles = options.recovered.unsavedTiles
    this.#snapshotSize = this.#tree.size
  }

  /** Takes in the leaves of a stored group and wakes those who wait for it. */
  take({ leaves }: StoredGroup): void {
    const completed: TileHash[] = []
    for (const piece of leaves) {
      for (let at = 0; at < piece.length; at += HASH_BYTES) {
        for (const tile of this.#tree.append(piece, at)) completed.push(tile)
      }
    }
    if (completed.length > 0) this.#unsavedTiles = [...this.#unsavedTiles, ...completed]
    this.#rootHash = undefined
    for (const wake of this.#waiters) wake()
    const isDue =
      this.#unsavedTiles.length >= TILE_HASHES_SAVED_AT_ONCE ||
      this.#tree.size - this.#snapshotSize >= SNAPSHOT_INTERVAL_NAMES
    if (isDue && !this.#isSaving) this.#saving = this.#save(false)
  }

  status(): Pick<LedgerStatus, 'size' | 'rootHash' | 'contradiction'> {
    this.#rootHash ??= this.#tree.root()
    const { contradiction } = this.#options.recovered
    return { size: this.#tree.size, rootHash: this.#rootHash, contradiction }
  }

  async waitForSizeOver(size: number, signal: AbortSignal): Promise<number> {
    while (this.#tree.size <= size && !signal.aborted && !this.#closed) {
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
    return this.#tree.size
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
      const tiles = this.#unsavedTiles
      const head = { size: this.#tree.size, rootHash: this.#tree.root() }
      if (tiles.length > 0) await writer.saveTileHashes(tiles)
      this.#unsavedTiles = this.#unsavedTiles.slice(tiles.length)
      await writer.saveTreeHead(head)
      if (isLast || head.size - this.#snapshotSize >= SNAPSHOT_INTERVAL_NAMES) {
        await saveFilter(filter, { ...place, size: head.size })
        this.#snapshotSize = head.size
      }
    } catch (error) {
      onTrouble(error)
    } finally {
      this.#isSaving = false
    }
  }
}
