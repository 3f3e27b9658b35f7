import type { StatedRange } from '../statement/statement.ts'
import type { Finding, LedgerFindings } from './findings.ts'

/** How the verification of a ledger ends, in one word. */
export type Verdict = 'consistent' | 'altered' | 'missing'

/** The verdict on what was found: what is missing weighs more than what is altered. */
export function verdictOf({ counts, isSignedRoot }: LedgerFindings): Verdict {
  const { missing, lacking, unstated, altered, added, tile, unproven, statement } = counts
  if (missing + lacking + unstated > 0) return 'missing'
  const isWhole = isSignedRoot && altered + added + tile + unproven + statement === 0
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
    case 'unproven': {
      const { seq, tiles } = finding
      return `event ${seq} of ${origin} is not proven: changed or missing is ${tiles}`
    }
    case 'lacking': {
      const { count, found } = finding
      return `${placeText(finding)}: ${found} of the ${count} events that are stated`
    }
    case 'unstated': {
      const { tenant, seq, to } = finding
      const seqs = to === undefined ? `from seq ${seq} on` : `of seqs ${seq} to ${to - 1}`
      return `tenant ${tenant}: no statement about the events ${seqs} is here`
    }
    case 'statement':
      return `${placeText(finding)}: ${PROBLEM_TEXTS[finding.problem]}`
  }
}

const PROBLEM_TEXTS = {
  count: 'there are more events than are stated',
  root: 'the events are not those that are stated',
  range: 'the range does not continue that of the statement before',
} as const

function placeText({ seq, tenant, from, to }: StatedRange): string {
  return `statement ${seq} about tenant ${tenant}, seqs ${from} to ${to - 1}`
}
