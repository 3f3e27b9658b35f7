import type { Append } from './append/append.ts'
import type { TreeHead } from './event-writer.ts'
import type { UnsavedTiles } from './tiles/tile-reader.ts'

/** What the ledger states about itself. */
export interface LedgerStatus {
  readonly origin: string
  /** Number of events: the next seq. */
  readonly size: number
  /** Number of events that the store has, so that questions find them. */
  readonly readableSize: number
  /** RFC 9162 Merkle tree hash over the leaves, 32 bytes; of no leaves it is SHA-256 of nothing. */
  readonly rootHash: Uint8Array
  /** Events that wait to be accepted. */
  readonly queuedEvents: number
  /** What is accepted and not yet in the store. */
  readonly behind: Behind
  /** Bytes of the journal's files. */
  readonly journalBytes: number
  /** Whether the journal has room for more events. */
  readonly hasRoom: boolean
  /** How the stored events contradict what was recorded of them; undefined when they do not. */
  readonly contradiction: string | undefined
  /** When events were last refused by the disk, ms as of `performance.now`; undefined when none. */
  readonly refusedAtMs: number | undefined
  /** Whether a crash had cut off the last write to the journal when the ledger was opened. */
  readonly wasTorn: boolean
  /** Why the ledger takes no events: it would contradict what it published. Else undefined. */
  readonly readOnly: string | undefined
}

/** How far the store is behind what is accepted. */
interface Behind {
  readonly events: number
  /** Bytes of canonical JSON. */
  readonly bytes: number
  /** How long the oldest of these events has waited. */
  readonly seconds: number
  /** Whether the last insert into the store failed. */
  readonly isFailing: boolean
}

/** The ledger of one Waybill instance. */
export interface Ledger {
  readonly append: Append
  status(): LedgerStatus
  /**
   * Resolves with the readable size once it is greater than `size`, or with the present one when
   * the signal aborts or the ledger closes. While a caller waits, the store is fed at once.
   */
  waitForReadableOver(size: number, signal: AbortSignal): Promise<number>
  /**
   * Resolves once the store has every event that was acknowledged to a sender before the call, and
   * all below `size`.
   * @throws Fault `store.unavailable` while the store takes no events.
   */
  whenReadable(size?: number): Promise<void>
  /**
   * Asks for room for a request of so many bytes, before it is parsed.
   * @throws Fault `ledger.overloaded`, `store.unavailable`.
   */
  askForRoom(bytes: number): void
  /** The greatest size that the store has on disk and whose root is known. */
  durableHead(): TreeHead
  /** Has a function called whenever the store has more events on disk. One function at a time. */
  watchDurable(onDurable: () => void): void
  /** Complete hashes of the tree that are in memory alone. */
  readonly unsavedTiles: UnsavedTiles
  /**
   * The leaf hashes behind the last whole group of 256 at a size; undefined when the ledger has
   * grown beyond that group.
   */
  lastLeaves(size: number): Uint8Array | undefined
  /** Stores what is queued, then refuses more (`server.stopping`). */
  close(): Promise<void>
}
