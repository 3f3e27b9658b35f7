import type { JsonObject } from '../core/event.ts'

/** One record of operational state: a user, a grant, a token, an instance's key. */
export interface StateRecord {
  readonly kind: string
  readonly id: string
  readonly body: JsonObject
}

/**
 * Where operational state is kept: small, read whole into memory at start, written through.
 * `put` and `remove` are durable once they resolve; the last write of an id wins.
 * Throws `store.unavailable` when the engine cannot answer.
 */
export interface RecordStore {
  load(kind: string): Promise<readonly StateRecord[]>
  put(record: StateRecord): Promise<void>
  remove(kind: string, id: string): Promise<void>
  /** Takes overwritten and removed records out of the store's files; slow, and rarely needed. */
  compact(): Promise<void>
}
