import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/records/record-store.ts'
import { formatTimestamp } from '../../core/time/timestamp.ts'
import {
  createLedgerVerifier,
  type LedgerVerifier,
  type LedgerVerifierOptions,
  type VerificationResult,
} from '../../ledger/verification/ledger-verifier.ts'

/** Kind of the records of how the last verification of each ledger ended. */
const VERIFICATION_RECORD = 'ledger-verification'

const Result = Type.Object({
  finishedAt: Type.String(),
  events: Type.Integer(),
  verdict: Type.Enum(['consistent', 'altered', 'missing']),
  findings: Type.Array(Type.String()),
  findingCount: Type.Integer(),
})

/** The verifier of a server: how the last run ended outlives the process. */
export async function openVerifier(
  records: RecordStore,
  options: Omit<LedgerVerifierOptions, 'earlier' | 'save'> & { readonly origin: string },
): Promise<LedgerVerifier> {
  const { origin, clock } = options
  const save = (result: VerificationResult) =>
    records.put({ kind: VERIFICATION_RECORD, id: origin, body: { ...result } })
  const kept = await records.get(VERIFICATION_RECORD, origin)
  if (Value.Check(Result, kept?.body)) {
    return createLedgerVerifier({ ...options, earlier: Value.Parse(Result, kept?.body), save })
  }
  const finishedAt = formatTimestamp(clock())
  const counts = { events: 0, findings: [], findingCount: 0 }
  const earlier: VerificationResult = { ...counts, finishedAt, verdict: 'consistent' }
  await save(earlier)
  return createLedgerVerifier({ ...options, earlier, save })
}
