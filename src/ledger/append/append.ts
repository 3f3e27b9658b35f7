import type { Draft } from '../../core/event/draft.ts'

/** Events to be stored together. */
export interface AppendRequest {
  /**
   * 1 to `BATCH_EVENTS_MAX` events, received at the same moment; stored all or none, in this order.
   */
  readonly drafts: readonly Draft[]
  /** Makes the whole request repeatable: a second one with the same key stores nothing. */
  readonly idempotency?: IdempotencyKey
  /**
   * Whether readers need not wait for these events: records that Waybill makes of reads. They are
   * readable within a second.
   */
  readonly isQuiet?: boolean
}

/** A sender's own name for a request, which makes it repeatable. */
export interface IdempotencyKey {
  /** The tenant of the sender; keys of different tenants never meet. */
  readonly tenant: string
  readonly key: string
  /** SHA-256 of the request's body, hex: tells a retry from a key used twice. */
  readonly bodySha256: string
  /** Time of receipt, microseconds since the epoch. */
  readonly receivedMicros: number
}

/** What became of the events of a request. */
export interface AppendResult {
  /** Events stored by this request (or by the earlier request that it repeats). */
  readonly accepted: number
  /** Events that were stored before, so not again. */
  readonly duplicates: number
  /** Seq of the first and the last accepted event; null when none was. */
  readonly first: number | null
  readonly last: number | null
  /** Whether this is the answer to an earlier request with the same Idempotency-Key. */
  readonly replayed: boolean
}

/**
 * Stores events in the ledger. Resolves once they are durable: after a 2xx they survive kill -9 and
 * power loss. Rejects with
 * - `ledger.overloaded` when the queue is full, or the store is far behind (429, Retry-After),
 * - `store.unavailable` when they cannot be written (503, Retry-After); they may or may not be
 *   stored, and a retry is recognized,
 * - `idempotency.reused` (422), `request.too-large` (413), `server.stopping` (503).
 */
export type Append = (request: AppendRequest) => Promise<AppendResult>
