import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RecordStore } from '../../access/records/record-store.ts'
import { formatTimestamp } from '../../core/time/timestamp.ts'
import {
  createLedgerStatements,
  type LedgerStatements,
  type LedgerStatementsOptions,
  type StatementRun,
} from '../../ledger/statement/ledger-statements.ts'

/** Kind of the records of how far the statements of each ledger are. */
const STATEMENT_RECORD = 'ledger-statements'

const Run = Type.Object({
  finishedAt: Type.String(),
  coveredTo: Type.Integer({ minimum: 0 }),
})

/**
 * The statements of a server. The record only saves reading: without it, all events are looked at
 * again, and the statements in the ledger say which of them are stated.
 */
export async function openStatements(
  records: RecordStore,
  options: Omit<LedgerStatementsOptions, 'earlier' | 'save'>,
): Promise<LedgerStatements> {
  const { origin, clock, ledger } = options
  const save = (run: StatementRun) =>
    records.put({ kind: STATEMENT_RECORD, id: origin, body: { ...run } })
  const body = (await records.get(STATEMENT_RECORD, origin))?.body
  const kept = Value.Check(Run, body) ? Value.Parse(Run, body) : undefined
  // A ledger that has lost events is read-only, or has none beyond those that it lost.
  if (kept !== undefined && kept.coveredTo <= ledger.status().size) {
    return createLedgerStatements({ ...options, earlier: kept, save })
  }
  const earlier = { finishedAt: formatTimestamp(clock()), coveredTo: 0 }
  await save(earlier)
  return createLedgerStatements({ ...options, earlier, save })
}
