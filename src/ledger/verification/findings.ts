import type { StatedRange } from '../statement/statement.ts'

/** Findings of each kind that are listed; the rest is counted. */
const LISTED_MAX = 100

/** Something that is wrong with a stored ledger. */
export type Finding =
  /** Event `seq`, or one or more of those up to `endSeq`, differ from what was recorded. */
  | { readonly what: 'altered'; readonly seq: number; readonly endSeq?: number }
  /** There is no event with this seq. */
  | { readonly what: 'missing'; readonly seq: number }
  /** There is another event with this seq. */
  | { readonly what: 'added'; readonly seq: number }
  /** A saved hash, which follows from the events: `tile` is `LEVEL/INDEX`. */
  | { readonly what: 'tile'; readonly tile: string; readonly seq: number }
  /** The event `seq` of an export, and others, are not proven: one of these tiles was changed. */
  | { readonly what: 'unproven'; readonly seq: number; readonly tiles: string }
  /** A tenant has only `found` of the events that a statement counts. */
  | (StatedRange & { readonly what: 'lacking'; readonly found: number })
  /** No statement in an export is about the events of a tenant from `seq` on, up to `to`. */
  | {
      readonly what: 'unstated'
      readonly tenant: string
      readonly seq: number
      readonly to?: number
    }
  /** A statement counts fewer events than there are, has another root, or another beginning. */
  | (StatedRange & { readonly what: 'statement'; readonly problem: 'count' | 'root' | 'range' })

/** How far a verification is. */
export interface VerificationProgress {
  /** Events that are compared. */
  readonly events: number
  /** All of them; absent where it is not known. */
  readonly of?: number
}

/** What was found in a ledger. */
export interface LedgerFindings {
  /** Events that were verified. */
  readonly events: number
  /** Whether the events give the root that was signed. */
  readonly isSignedRoot: boolean
  /** Ascending by seq, the first of each kind at least. */
  readonly findings: readonly Finding[]
  /** How many findings there are of each kind. */
  readonly counts: Readonly<Record<Finding['what'], number>>
  /** How many findings there are. */
  readonly count: number
  /** What else there is to say, as sentences. */
  readonly notes?: readonly string[]
}

/** Gathers findings, as many as are listed. */
export class Findings {
  readonly #listed: Finding[] = []
  readonly #counts = {
    altered: 0,
    missing: 0,
    added: 0,
    tile: 0,
    unproven: 0,
    lacking: 0,
    unstated: 0,
    statement: 0,
  }

  add(finding: Finding): void {
    this.#counts[finding.what] += 1
    if (this.#counts[finding.what] <= LISTED_MAX) this.#listed.push(finding)
  }

  get count(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0)
  }

  /** What was found in so many events. */
  of(events: number, isSignedRoot: boolean): LedgerFindings {
    const findings = this.#listed.toSorted((left, right) => left.seq - right.seq)
    return { events, isSignedRoot, findings, counts: this.#counts, count: this.count }
  }
}

/** What was found in the events and, separately, in the statements about them. */
export function withStatements(found: LedgerFindings, statements: Findings): LedgerFindings {
  const { findings, counts, count } = statements.of(found.events, found.isSignedRoot)
  const { lacking, unstated, statement } = counts
  return {
    ...found,
    findings: [...found.findings, ...findings].sort((left, right) => left.seq - right.seq),
    counts: { ...found.counts, lacking, unstated, statement },
    count: found.count + count,
  }
}

/**
 * What was found in a ledger and in its last events. An event that was located there takes the
 * place of the range that it is in.
 */
export function joinFindings(whole: LedgerFindings, last: LedgerFindings): LedgerFindings {
  const isLocated = (range: Finding) =>
    range.what === 'altered' &&
    range.endSeq !== undefined &&
    last.findings.some(({ seq }) => seq >= range.seq && seq < (range.endSeq ?? 0))
  const ranges = whole.findings.filter((finding) => !isLocated(finding))
  const located = whole.findings.length - ranges.length
  const { altered, missing, added } = last.counts
  const { counts } = whole
  return {
    events: whole.events + last.events,
    isSignedRoot: whole.isSignedRoot && last.isSignedRoot,
    findings: [...ranges, ...last.findings].toSorted((left, right) => left.seq - right.seq),
    counts: {
      ...counts,
      altered: counts.altered - located + altered,
      missing: counts.missing + missing,
      added: counts.added + added,
    },
    count: whole.count - located + last.count,
  }
}
