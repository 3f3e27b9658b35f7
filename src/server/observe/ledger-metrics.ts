import { Gauge, type Registry } from 'prom-client'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { LedgerStatements } from '../../ledger/statement/ledger-statements.ts'
import type { LedgerVerifier } from '../../ledger/verification/ledger-verifier.ts'
import type { WitnessState } from '../../ledger/witness/witness-rounds.ts'
import { registerWitnessGauges } from '../witnesses/witness-metrics.ts'

/** The published ledger of a server, and the state of its verification. */
export interface PublishedLedger {
  /** Size of the latest checkpoint. */
  readonly checkpointSize: () => number
  /** Size of the latest checkpoint that enough witnesses cosigned. */
  readonly witnessedSize: () => number
  readonly witnesses: () => readonly WitnessState[]
  /** Whether the latest checkpoint could not be saved to disk. */
  readonly isFailing: () => boolean
  /** Undefined while the ledger must not be signed. */
  readonly verifier: Pick<LedgerVerifier, 'latest'> | undefined
  /** Undefined while the ledger must not be signed. */
  readonly statements: Pick<LedgerStatements, 'latestRun'> | undefined
}

/** Shows the checkpoints and the last verification of a ledger. */
export function registerPublishedGauges(
  registers: Registry[],
  { checkpointSize, witnessedSize, witnesses, isFailing, verifier, statements }: PublishedLedger,
): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      ...{ name, help, registers },
      collect() {
        this.set(value())
      },
    })
  gauge('waybill_ledger_checkpoint_size', 'Events under the latest checkpoint', checkpointSize)
  gauge(
    'waybill_ledger_witnessed_size',
    'Events under the latest checkpoint that enough witnesses cosigned',
    witnessedSize,
  )
  registerWitnessGauges(registers, witnesses)
  gauge('waybill_ledger_checkpoint_failing', '1 when no checkpoint can be kept, else 0', () =>
    isFailing() ? 1 : 0,
  )
  gauge(
    'waybill_ledger_verified_timestamp_seconds',
    'When all stored events were last compared with what was signed',
    () => (parseTimestamp(verifier?.latest().finishedAt ?? '') ?? 0) / 1_000_000,
  )
  gauge(
    'waybill_ledger_verification_findings',
    'What the last verification found',
    () => verifier?.latest().findingCount ?? 0,
  )
  gauge(
    'waybill_ledger_statements_timestamp_seconds',
    'When the events of every tenant were last stated',
    () => (parseTimestamp(statements?.latestRun().finishedAt ?? '') ?? 0) / 1_000_000,
  )
}
