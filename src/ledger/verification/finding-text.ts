import type { Finding, LedgerFindings } from './findings.ts'

/** How the verification of a ledger ends, in one word. */
export type Verdict = 'consistent' | 'altered' | 'missing'

/** The verdict on what was found: what is missing weighs more than what is altered. */
export function verdictOf({ counts, isSignedRoot }: LedgerFindings): Verdict {
  if (counts.missing > 0) return 'missing'
  const isWhole = isSignedRoot && counts.altered + counts.added + counts.tile === 0
  return isWhole ? 'consistent' : 'altered'
}

/** A finding as a sentence without a full stop. */
export function findingText(finding: Finding, origin: string): string {
  switch (finding.what) {
    case 'missing':
      return `event ${finding.seq} of ${origin} is missing`
    case 'added':
      return `event ${finding.seq} of ${origin} is there more than once`
    case 'tile':
      return `the saved hash ${finding.tile} of ${origin} was changed; its events are as they were`
    case 'altered': {
      const { seq, endSeq } = finding
      if (endSeq === undefined) return `event ${seq} of ${origin} was altered`
      return `events among ${seq} to ${endSeq - 1} of ${origin} were altered`
    }
  }
}
