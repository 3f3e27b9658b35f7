import type { Draft } from '../core/event/draft.ts'

/** Where a group of events goes in the ledger of one origin. */
export interface EventGroup {
  /** Seq of the first row; the others follow without gaps. */
  readonly firstSeq: number
  /** What `encode` made of the group's requests, in order of seq. */
  readonly rows: readonly EncodedRows[]
}

/** The engine's form of events, without their seqs: only the writer that made it can read it. */
export interface EncodedRows {
  readonly bytes: Buffer
  /** Where the row of each event begins in `bytes`. */
  readonly starts: Uint32Array
}

/** An event that is already in the store, found by what its sender called it. */
export interface KnownEvent {
  readonly seq: number
  readonly origin: string
}

/** What an earlier request with an Idempotency-Key stored. */
export interface KnownRequest {
  readonly bodySha256: string
  readonly firstSeq: number
  readonly lastSeq: number
  readonly count: number
}

/**
 * What is stored with each event of a request with an Idempotency-Key, outside of its leaf: the
 * SHA-256 of the request's body in 64 hex digits, a space, the key. Empty for other events.
 */
export function requestName(key: string, bodySha256: string): string {
  return `${bodySha256} ${key}`
}

/** Where the key begins in what `requestName` made. */
export const REQUEST_NAME_KEY_OFFSET = 65

/** How the sender names an event: with (tenant, kind, name, eventId) its retries are recognized. */
export interface EventName {
  readonly tenant: string
  readonly sourceKind: string
  readonly sourceName: string
  readonly eventId: string
}

/** A hash above the leaves: number `index` of tlog-tiles level `level` (1, 2, …). */
export interface TileHash {
  readonly level: number
  readonly index: number
  /** 32 bytes: root of the complete subtree of 256^level leaves. */
  readonly hash: Uint8Array
  /** At level 1: what tells which of the 256 leaves were changed (`groupSums`). */
  readonly sums?: Uint8Array
}

/** A size of the ledger and the root hash (32 bytes) of the tree over that many leaves. */
export interface TreeHead {
  readonly size: number
  readonly rootHash: Uint8Array
}

/** What a store holds of the ledger of one origin. */
export interface LedgerHolding {
  readonly origin: string
  /** Number of events. */
  readonly events: number
  /** The greatest seq plus one; 0 without events. */
  readonly nextSeq: number
  /** Whether each seq from 0 up to `nextSeq` is there exactly once. */
  readonly isWhole: boolean
  /** The greatest size whose head was saved; undefined when no head was. */
  readonly savedSize: number | undefined
}

/**
 * What the ledger asks of a store, for the one origin that it was opened with.
 *
 * `insert` is durable and visible to every reader once it resolves, and atomic: after a crash a
 * group is there whole or not at all. It is called by one caller at a time. When it rejects the
 * group may have been stored, or may still be: `size` says so once `endInserts` resolved. All
 * methods throw `store.unavailable` when the engine cannot answer.
 */
export interface EventWriter {
  /** Serializes the events of a request. `request` is what `requestName` made, or empty. */
  encode(drafts: readonly Draft[], request: string): EncodedRows
  insert(group: EventGroup): Promise<void>
  /** Resolves once no insert of this ledger runs whose caller was cut off from its engine. */
  endInserts(): Promise<void>
  /** The next seq of this origin's ledger: its size, unless events of it are missing. */
  size(): Promise<number>
  /** What is held of every origin that has events or a saved head in the store. */
  holdings(): Promise<readonly LedgerHolding[]>
  /** Finds events by their senders' names; the answer is keyed by position in `names`. */
  findNamed(names: readonly NamedLookup[]): Promise<ReadonlyMap<number, KnownEvent>>
  /** Finds what an earlier request with this Idempotency-Key stored, the latest one first. */
  findRequest(tenant: string, key: string): Promise<KnownRequest | undefined>
  /**
   * Canonical texts of the events from `fromSeq` up to the next seq, ascending, to rebuild leaves
   * from. A seq that is missing has an empty text.
   */
  canonicalFrom(fromSeq: number): AsyncIterable<readonly string[]>
  /** Names and request keys of the events from `fromSeq` on, to rebuild the duplicate filter. */
  namesFrom(fromSeq: number): AsyncIterable<readonly StoredName[]>
  saveTileHashes(hashes: readonly TileHash[]): Promise<void>
  /** The saved hashes of one level from `fromIndex` on, ascending by index, each index once. */
  loadTileHashes(level: number, fromIndex: number): Promise<readonly TileHash[]>
  /** Keeps the tree's size and root, to compare with what the events give after a restart. */
  saveTreeHead(head: TreeHead): Promise<void>
  /** The head of the greatest size that was saved. */
  loadTreeHead(): Promise<TreeHead | undefined>
}

/** A name to look up, with where it most likely is. */
export interface NamedLookup extends EventName {
  /** The time that the repeated event claims: tried first, as it is the cheapest place to look. */
  readonly timeMicros: number
}

/** What a stored event adds to the duplicate filter. */
export interface StoredName extends EventName {
  readonly seq: number
  readonly receivedMicros: number
  /** What `requestName` made for the request that the event came in; `''` without a key. */
  readonly request: string
}
