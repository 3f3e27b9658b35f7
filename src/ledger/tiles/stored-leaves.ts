import type { TileHash } from '../event-writer.ts'
import type { LeafRange } from '../proof/subtree-proof.ts'

/** A stored row of the ledger's events, as the engine reads it from disk. */
export interface LeafRow {
  readonly seq: number
  /** Absent where only hashes are known. */
  readonly tenant?: string
  /**
   * The leaf hash of the event in it; undefined for a row whose columns contradict each other: some
   * of them, which queries go by, are not in the leaf but follow from it.
   */
  readonly leaf: Buffer | undefined
}

/**
 * The ledger of one origin as it is stored, for tiles, proofs and verification. Nothing is answered
 * from memory. All methods throw `store.unavailable` when the engine cannot answer.
 */
export interface StoredLeaves {
  /**
   * The rows of the events in a range of seqs, ascending: none where an event is missing, several
   * where one was added.
   */
  rows(range: LeafRange): Promise<readonly LeafRow[]>
  /**
   * The hash over each group of 256 events in a range, of those groups whose rows are all there
   * once and without contradictions. Absent where the rows give these as fast.
   */
  groupHashes?(range: LeafRange): Promise<ReadonlyMap<number, Buffer>>
  /** The leaf hash of each event in a range; of one that is missing that of nothing. */
  hashes(range: LeafRange): Promise<readonly Uint8Array[]>
  /** The canonical JSON of each event in a range; empty for one that is missing. */
  entries(range: LeafRange): Promise<readonly string[]>
  /** The saved hashes of a level with indexes in a range, ascending, each index once. */
  tileHashes(level: number, range: LeafRange): Promise<readonly TileHash[]>
}
