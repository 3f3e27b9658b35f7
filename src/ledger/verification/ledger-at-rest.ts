import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { LedgerFindings, VerificationProgress } from './findings.ts'

/** The ledger in the data directory of a stopped server, to be verified. */
export interface LedgerAtRest {
  readonly origin: string
  /** The last checkpoint that was signed; undefined when the directory has none. */
  readonly checkpoint: Checkpoint | undefined
  /** The verifier keys that the store has: all that ever signed. */
  readonly keys: readonly string[]
  /**
   * Compares every event with a checkpoint, and the events behind it with the journal. Yields its
   * progress.
   *
   * @throws Fault `store.unavailable`; Error for a journal that cannot be read.
   */
  verify(signed: Checkpoint): AsyncGenerator<VerificationProgress, LedgerFindings>
  close(): Promise<void>
}
