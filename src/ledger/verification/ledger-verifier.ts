import { Fault } from '../../core/errors.ts'
import { OWN_ACTOR } from '../../core/event/event.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import type { AuditTrail } from '../audit-trail.ts'
import type { LedgerCheckpoints } from '../checkpoint/ledger-checkpoints.ts'
import type { Ledger } from '../ledger.ts'
import type { TenantLeaves } from '../statement/tenant-leaves.ts'
import type { StoredLeaves } from '../tiles/stored-leaves.ts'
import { findingText, type Verdict, verdictOf } from './finding-text.ts'
import { type VerificationProgress, withStatements } from './findings.ts'
import { StatementVerification } from './statement-verification.ts'
import { verifyLedger } from './verify-ledger.ts'

/** How a verification ended. */
export interface VerificationResult {
  readonly finishedAt: string
  /** Events that were compared: the size of the checkpoint. */
  readonly events: number
  readonly verdict: Verdict
  /** What was found, as sentences; the first of it by seq. */
  readonly findings: string[]
  /** Everything that was found, listed or not. */
  readonly findingCount: number
}

/** Compares the stored events of an instance with what it signed. One run at a time. */
export interface LedgerVerifier {
  /**
   * Goes on when it is asked to, so that its caller sets the pace; ending the iteration ends it.
   * @throws Fault `request.too-many` while another one runs, `store.unavailable`.
   */
  verify(): AsyncGenerator<VerificationProgress, VerificationResult>
  /** The last one that ended, of this process or an earlier one; at first one of no events. */
  latest(): VerificationResult
}

/** What a verifier works with. */
export interface LedgerVerifierOptions {
  readonly ledger: Pick<Ledger, 'unsavedTiles' | 'lastLeaves' | 'status'>
  readonly checkpoints: LedgerCheckpoints
  readonly leaves: StoredLeaves
  readonly tenantLeaves: TenantLeaves
  readonly audit: AuditTrail
  /** Tenant of the events that tell how it ended. */
  readonly tenant: string
  readonly clock: Clock
  /** How the last one of an earlier process ended. */
  readonly earlier: VerificationResult
  /** Keeps how one ended. */
  readonly save: (result: VerificationResult) => Promise<void>
}

const RETRY_AFTER_SECONDS = 60

/** The verifier of a server. Each result is an event too. */
export function createLedgerVerifier(options: LedgerVerifierOptions): LedgerVerifier {
  const { clock, save } = options
  let latest = options.earlier
  let isRunning = false
  return {
    latest: () => latest,
    async *verify() {
      if (isRunning) {
        throw new Fault('request.too-many', {
          detail: 'the ledger is being verified already',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        })
      }
      isRunning = true
      try {
        const found = yield* compare(options)
        latest = { ...found, finishedAt: formatTimestamp(clock()) }
        await record(options, latest)
        await save(latest)
        return latest
      } finally {
        isRunning = false
      }
    },
  }
}

async function* compare({
  ledger,
  checkpoints,
  leaves,
  tenantLeaves,
}: LedgerVerifierOptions): AsyncGenerator<
  VerificationProgress,
  Omit<VerificationResult, 'finishedAt'>
> {
  const signed = checkpoints.latest()
  if (signed === undefined) {
    throw new Fault('resource.missing', { detail: 'no checkpoint is signed yet' })
  }
  const { origin } = ledger.status()
  const lastLeaves = ledger.lastLeaves(signed.size)
  const unsaved = ledger.unsavedTiles
  const statements = new StatementVerification(tenantLeaves, signed.size)
  const watched = statements.watch(leaves)
  const events = yield* verifyLedger({ leaves: watched, signed, unsaved, lastLeaves })
  const found = withStatements(events, statements.findings)
  return {
    events: found.events,
    verdict: verdictOf(found),
    findings: found.findings.map((finding) => findingText(finding, origin)),
    findingCount: found.count,
  }
}

/** Findings that an event lists; it has the number of all findings too. */
const RECORDED_MAX = 20

async function record(
  { audit, tenant, ledger }: LedgerVerifierOptions,
  { verdict, events, findings, findingCount }: VerificationResult,
): Promise<void> {
  const isWhole = verdict === 'consistent'
  await audit.record({
    tenant,
    actor: OWN_ACTOR,
    action: isWhole ? 'ledger.verified' : 'ledger.contradiction',
    outcome: isWhole ? 'success' : 'failure',
    target: { type: 'ledger', name: ledger.status().origin },
    message: isWhole ? `${events} events are as they were signed` : (findings[0] ?? verdict),
    details: { verdict, events, findingCount, findings: findings.slice(0, RECORDED_MAX) },
  })
}
