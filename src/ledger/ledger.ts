import type { Append } from './append.ts'

/** What the ledger states about itself. */
export interface LedgerStatus {
  readonly origin: string
  /** Number of events: the next seq. */
  readonly size: number
  /** RFC 9162 Merkle tree hash over the leaves, 32 bytes; of no leaves it is SHA-256 of nothing. */
  readonly rootHash: Uint8Array
  /** Events that wait to be stored. */
  readonly queuedEvents: number
  /** How the stored events contradict what was recorded of them; undefined when they do not. */
  readonly contradiction: string | undefined
  /** When events could last not be stored, ms as of `performance.now`; undefined when they can. */
  readonly refusedAtMs: number | undefined
}

/** The ledger of one Waybill instance. */
export interface Ledger {
  readonly append: Append
  status(): LedgerStatus
  /**
   * Resolves with the size once it is greater than `size`, or with the present size when the
   * signal aborts or the ledger closes.
   */
  waitForSizeOver(size: number, signal: AbortSignal): Promise<number>
  /** Stores what is queued, then refuses more (`server.stopping`). */
  close(): Promise<void>
}
