import type { Checkpoint } from '../../../ledger/checkpoint/checkpoint.ts'
import type { TrustPolicy } from '../../../ledger/policy/trust-policy.ts'
import { findingText, verdictOf } from '../../../ledger/verification/finding-text.ts'
import type { LedgerFindings, VerificationProgress } from '../../../ledger/verification/findings.ts'
import { type Witnessed, witnessedLines } from '../../client/ledger/policy-file.ts'
import type { StampedCheckpoint } from '../../client/ledger/time-stamps.ts'
import type { Output } from '../../command-io.ts'
import { plainLine } from '../../terminal/plain-line.ts'
import { createProgress, grouped, type Progress } from '../../terminal/progress.ts'

/** Most findings that are printed; the others are counted. */
const FINDINGS_SHOWN_MAX = 20

/** What is known of a ledger from elsewhere. */
export interface Anchors {
  /** Saved checkpoints. */
  readonly kept: readonly Checkpoint[]
  readonly policy: TrustPolicy | undefined
}

/** The result of a verification. */
export interface Report {
  readonly verdict: 'consistent' | 'unanchored' | 'diverged' | 'altered' | 'missing' | 'unreadable'
  readonly checkpoint?: Checkpoint
  readonly events?: number
  readonly findings: readonly string[]
  readonly findingCount: number
  /** What the witnesses of the policy cosigned. */
  readonly witnessed?: Witnessed | undefined
  /** A checkpoint with a time stamp, which the ledger continues. */
  readonly stamped?: StampedCheckpoint | undefined
  /** What else there is to say. */
  readonly notes?: readonly string[]
}

/** The report on a ledger that is another than the expected one. */
export function diverged(checkpoint: Checkpoint, finding: string): Report {
  return { checkpoint, verdict: 'diverged', findings: [finding], findingCount: 1 }
}

/** The report on what could not be read. */
export function unreadable(reason: string, checkpoint?: Checkpoint): Report {
  const report = { verdict: 'unreadable', findings: [reason], findingCount: 1 } as const
  return checkpoint === undefined ? report : { checkpoint, ...report }
}

/** Whether a ledger was compared with something from outside. */
export function isAnchored(kept: readonly Checkpoint[], witnessed: Witnessed | undefined): boolean {
  return kept.length > 0 || witnessed?.isQuorum === true
}

/** The verdict of a comparison, which says of a whole ledger whether it is anchored. */
export function verdictFrom(word: string, isAnchored: boolean): Report['verdict'] {
  if (word === 'missing' || word === 'altered') return word
  return isAnchored ? 'consistent' : 'unanchored'
}

/** What a ledger is compared with. */
export interface Compared extends Pick<Report, 'witnessed'> {
  readonly checkpoint: Checkpoint
  readonly isAnchored: boolean
  /** Of the ledger, in findings. */
  readonly name: string
}

/** Runs a verification, and shows its progress. */
export async function reportOn(
  run: AsyncGenerator<VerificationProgress, LedgerFindings>,
  progress: Progress,
  { checkpoint, witnessed, isAnchored, name }: Compared,
): Promise<Report> {
  try {
    let step = await run.next()
    for (; step.done !== true; step = await run.next()) progress.update(step.value.events)
    const found = step.value
    return {
      checkpoint,
      witnessed,
      verdict: verdictFrom(verdictOf(found), isAnchored),
      events: found.events,
      findings: found.findings.map((finding) => findingText(finding, name)),
      findingCount: found.count,
      notes: found.notes ?? [],
    }
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error), checkpoint)
  } finally {
    progress.clear()
  }
}

/** Shows how many events were compared, and how fast. */
export function eventProgress(output: Output): Progress {
  return createProgress(output, (count, rate) => `${grouped(count)} events, ${grouped(rate)}/s`)
}

/** A report as one JSON object. */
export function jsonText({ checkpoint, stamped: _, ...report }: Report): string {
  const shown = checkpoint && { logName: checkpoint.logName, size: checkpoint.size }
  return `${JSON.stringify({ ...report, checkpoint: shown })}\n`
}

/** A report in lines; the last one is the verdict. */
export function reportText(report: Report): string {
  const { checkpoint, verdict, events, findings, findingCount, witnessed, notes = [] } = report
  const lines = findings.slice(0, FINDINGS_SHOWN_MAX).map(plainLine)
  const more = findingCount - lines.length
  if (more > 0) lines.push(`and ${grouped(more)} more`)
  lines.push(...notes.slice(0, FINDINGS_SHOWN_MAX).map(plainLine))
  if (events !== undefined) lines.push(`${grouped(events)} events read`)
  if (checkpoint !== undefined) {
    lines.push(`checkpoint ${plainLine(checkpoint.logName)}, size ${checkpoint.size}`)
  }
  if (witnessed !== undefined) lines.push(...witnessedLines(witnessed).map(plainLine))
  return [...lines, verdict].map((line) => `${line}\n`).join('')
}
