/** One record of operational state: a user, a grant, a token, an instance's key. */
export interface StateRecord {
  readonly kind: string
  readonly id: string
  /** A JSON object. */
  readonly body: object
}

/** A record as it was found: what it holds is known once its reader has checked it. */
export interface FoundRecord {
  readonly kind: string
  readonly id: string
  /** Undefined when it is not JSON. */
  readonly body: unknown
}

/**
 * Where operational state is kept: small, most of it read whole into memory at start, written
 * through. What clients may grow is read record by record.
 * `create`, `put` and `remove` are durable once they resolve; the last write of an id wins.
 * Throws `store.unavailable` when the engine cannot answer.
 */
export interface RecordStore {
  /** The records of a kind, by id; with `idPrefix` those whose id begins with it. */
  load(kind: string, idPrefix?: string): Promise<readonly FoundRecord[]>
  get(kind: string, id: string): Promise<FoundRecord | undefined>
  /** How many records `load` would answer, without reading their bodies. */
  count(kind: string, idPrefix: string): Promise<number>
  put(record: StateRecord): Promise<void>
  /**
   * Writes a record unless there is one, and answers the one that there is. Of callers that create
   * it at the same moment, on any instance, one succeeds and all get its record.
   *
   * For the few records of an installation's first start. Such a record may be overwritten but not
   * removed; its kind and id consist of lower-case letters and hyphens.
   */
  create(record: StateRecord): Promise<FoundRecord>
  remove(kind: string, id: string): Promise<void>
}
