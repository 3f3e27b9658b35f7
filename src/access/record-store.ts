import type { JsonObject } from '../core/event/event.ts'

/** One record of operational state: a user, a grant, a token, an instance's key. */
export interface StateRecord {
  readonly kind: string
  readonly id: string
  readonly body: JsonObject
}

/**
 * Where operational state is kept: small, most of it read whole into memory at start, written
 * through. What clients may grow is read record by record.
 * `put` and `remove` are durable once they resolve; the last write of an id wins.
 * Throws `store.unavailable` when the engine cannot answer.
 */
export interface RecordStore {
  /** The records of a kind, by id; with `idPrefix` those whose id begins with it. */
  load(kind: string, idPrefix?: string): Promise<readonly StateRecord[]>
  get(kind: string, id: string): Promise<StateRecord | undefined>
  /** How many records `load` would answer, without reading their bodies. */
  count(kind: string, idPrefix: string): Promise<number>
  put(record: StateRecord): Promise<void>
  remove(kind: string, id: string): Promise<void>
  /** Takes overwritten and removed records out of the store's files; slow, and rarely needed. */
  compact(): Promise<void>
}
