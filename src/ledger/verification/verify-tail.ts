import type { LeafRange } from '../proof/subtree-proof.ts'
import type { LeafRow, StoredLeaves } from '../tiles/stored-leaves.ts'
import { Findings, type LedgerFindings } from './findings.ts'

/** Events whose rows are compared at once. */
const WINDOW_EVENTS = 65_536

/** The last events of a ledger at rest. */
export interface LedgerTail {
  /** Where the events begin whose hashes may not be saved yet. */
  readonly fromSeq: number
  /** The size of the checkpoint. */
  readonly signedSize: number
  /** How many events the store has. */
  readonly storedSize: number
  /** The leaf hashes of the events that the journal has, by seq. */
  readonly journal: ReadonlyMap<number, Uint8Array>
}

/**
 * Compares the last events with the journal. An event that is in the store and in the journal has
 * to be the same; each seq that no checkpoint covers has to be in the store once, or in the
 * journal.
 *
 * @throws Fault `store.unavailable`.
 */
export async function verifyTail(leaves: StoredLeaves, tail: LedgerTail): Promise<LedgerFindings> {
  const { fromSeq, signedSize, storedSize, journal } = tail
  const findings = new Findings()
  const acceptedSize = 1 + ([...journal.keys()].at(-1) ?? -1)
  const endSeq = Math.max(signedSize, storedSize, acceptedSize)
  for (let start = fromSeq; start < endSeq; start += WINDOW_EVENTS) {
    const range = { start, end: Math.min(endSeq, start + WINDOW_EVENTS) }
    compare(range, { rows: await leaves.rows(range), journal, signedSize, findings })
  }
  return findings.of(endSeq - signedSize, true)
}

interface Compared {
  readonly rows: readonly LeafRow[]
  readonly journal: ReadonlyMap<number, Uint8Array>
  readonly signedSize: number
  readonly findings: Findings
}

function compare(
  { start, end }: LeafRange,
  { rows, journal, signedSize, findings }: Compared,
): void {
  let at = 0
  for (let seq = start; seq < end; seq += 1) {
    // The rows of signed events were compared with the checkpoint.
    const isSigned = seq < signedSize
    const row = rows[at]?.seq === seq ? rows[at] : undefined
    const accepted = journal.get(seq)
    const isLost = row === undefined && accepted === undefined
    if (isLost && !isSigned) findings.add({ what: 'missing', seq })
    if (row !== undefined && isOther(row, accepted, isSigned))
      findings.add({ what: 'altered', seq })
    for (let copies = 0; rows[at]?.seq === seq; at += 1, copies += 1) {
      if (copies > 0 && !isSigned) findings.add({ what: 'added', seq })
    }
  }
}

function isOther({ leaf }: LeafRow, accepted: Uint8Array | undefined, isSigned: boolean): boolean {
  if (leaf === undefined) return !isSigned
  return accepted !== undefined && Buffer.compare(leaf, accepted) !== 0
}
