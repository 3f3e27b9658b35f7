import type { OwnEvent } from '../audit-trail.ts'
import type { TileReader } from '../tiles/tile-reader.ts'
import type { KeptTimeStamps } from '../time-stamp/kept-time-stamps.ts'
import type { WitnessState } from '../witness/witness-rounds.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { VerifierKey } from './verifier-key.ts'

/** What an instance publishes of its ledger, so that anyone can check it. */
export interface LedgerCheckpoints {
  /** The latest checkpoint, with the cosignatures that it has; undefined before the first. */
  latest(): Checkpoint | undefined
  /** The latest checkpoint that reaches the quorum of the policy; it may be older. */
  witnessed(): Checkpoint | undefined
  /** What is known of the witnesses; none without a policy. */
  witnesses(): readonly WitnessState[]
  /** A checkpoint over more than `seq` events, waited for so long; undefined without one then. */
  covering(seq: number, waitMs: number): Promise<Checkpoint | undefined>
  /** The time stamps that checkpoints of this ledger have. */
  readonly timeStamps: Pick<KeptTimeStamps, 'get' | 'latest'>
  /** Tiles and proofs of everything that a checkpoint is over. */
  readonly tiles: TileReader
  /** The keys that sign at present, oldest first. */
  verifierKeys(): readonly VerifierKey[]
  /** The keys that ever signed for this ledger, as texts: of the present ones too. */
  knownKeys(): Promise<readonly string[]>
  /**
   * Signs with a new key from now on, next to the keys that did, and records that.
   * @throws Fault `resource.too-many`, and as `AuditTrail.record` does.
   */
  addKey(by: KeyChange): Promise<void>
  /** Signs with the newest key alone, and records that. Answers the keys that sign no more. */
  retireOldKeys(by: KeyChange): Promise<void>
}

/** What is served of a ledger, also of one that another instance signs, or that signs no longer. */
export type ShownLedger = Pick<LedgerCheckpoints, 'latest' | 'tiles' | 'verifierKeys' | 'knownKeys'>

/** Who changes keys, as their event tells it. */
export type KeyChange = Pick<OwnEvent, 'actor' | 'client'>
