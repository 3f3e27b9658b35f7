import type { Event } from '../../core/event/event.ts'
import { contentOf, type StatedRange, statedRange } from '../statement/statement.ts'
import { CompactTree } from '../tree/compact-tree.ts'
import type { Finding } from './findings.ts'
import { contentProblem, rangeProblem } from './statement-verification.ts'

/** The leaf of an event that is proven to be in the ledger. */
export type ProvenLeaf = (seq: number) => Promise<Uint8Array>

/** What statements say about the events of an export. */
export interface ExportCoverage {
  readonly findings: readonly Finding[]
  /** How much of each tenant is there, as sentences. */
  readonly notes: readonly string[]
}

/**
 * Compares the events of an export with the statements in it, which say how many there are. Memory
 * holds 8 bytes for each event.
 */
export class ExportedStatements {
  readonly #tenants = new Map<string, ExportedTenant>()

  /** Adds an event that is proven to be in the ledger, once. */
  add(event: Event, seq: number): void {
    const known = this.#tenants.get(event.tenant)
    const tenant = known ?? { seqs: [], statements: [] }
    if (known === undefined) this.#tenants.set(event.tenant, tenant)
    tenant.seqs.push(seq)
    const stated = statedRange({ event, seq })
    if (stated !== undefined) tenant.statements.push(stated)
  }

  /**
   * @param completeFrom the seq from which on the export has to have all events of its tenants;
   * undefined: none is missed, because an export may be a selection.
   */
  async compare(leafAt: ProvenLeaf, completeFrom?: number): Promise<ExportCoverage> {
    const findings: Finding[] = []
    const notes: string[] = []
    for (const [tenant, { seqs, statements }] of this.#tenants) {
      seqs.sort(ascending)
      statements.sort((left, right) => left.seq - right.seq)
      const problems = await problemsOf({ seqs, statements }, leafAt)
      findings.push(...problems.filter(({ what }) => what === 'statement'))
      const required = { statements, problems, completeFrom }
      const missing =
        completeFrom === undefined ? [] : missed(tenant, { ...required, completeFrom })
      findings.push(...missing)
      if (missing.length === 0) notes.push(...noteOf(tenant, required))
    }
    return { findings, notes }
  }
}

interface ExportedTenant {
  readonly seqs: number[]
  readonly statements: StatedRange[]
}

/** What statements say that does not hold for the events, or for one another. */
async function problemsOf(
  { seqs, statements }: ExportedTenant,
  leafAt: ProvenLeaf,
): Promise<readonly Finding[]> {
  const problems: Finding[] = []
  let at = 0
  for (const [index, stated] of statements.entries()) {
    const before = statements[index - 1]
    // The export may lack the one that it continues.
    const isAfterAnother = stated.previous !== null && stated.previous > (before?.seq ?? -1)
    const problem = isAfterAnother ? undefined : rangeProblem(stated, before)
    while ((seqs[at] ?? stated.from) < stated.from) at += 1
    const tree = new CompactTree()
    for (let seq = seqs[at]; seq !== undefined && seq < stated.to; seq = seqs[at]) {
      tree.append(await leafAt(seq))
      at += 1
    }
    const found = problem ?? contentProblem(stated, contentOf(tree))
    if (found !== undefined) problems.push(found)
  }
  return problems
}

/** Where the statements leave open, or deny, that all events of a tenant are there. */
function missed(
  tenant: string,
  { statements, problems, completeFrom }: Compared & { readonly completeFrom: number },
): readonly Finding[] {
  const gaps: Finding[] = []
  let end = completeFrom
  for (const stated of statements.filter(({ to }) => to > completeFrom)) {
    if (stated.from > end) gaps.push({ what: 'unstated', tenant, seq: end, to: stated.from })
    end = stated.to
  }
  if (end === completeFrom) gaps.push({ what: 'unstated', tenant, seq: end })
  const lacking = problems.filter((one) => one.what === 'lacking' && one.to > completeFrom)
  return [...gaps, ...lacking]
}

/** The statements of a tenant, and what of them does not hold. */
interface Compared {
  readonly statements: readonly StatedRange[]
  readonly problems: readonly Finding[]
  readonly completeFrom?: number | undefined
}

function noteOf(
  tenant: string,
  { statements, problems, completeFrom = 0 }: Compared,
): readonly string[] {
  const stated = statements.filter(({ to }) => to > completeFrom)
  if (stated.length === 0) return []
  const lacking = problems.flatMap((one) => (one.what === 'lacking' ? [one] : []))
  const [first] = lacking
  if (first === undefined) return [`tenant ${tenant}: all events of ${wholeText(stated)}`]
  const { from, to, count, found } = first
  const others = lacking.length > 1 ? `, and ${lacking.length - 1} more such ranges` : ''
  const part = `${found} of ${count} events of seqs ${from} to ${to - 1}${others}`
  return [`tenant ${tenant}: not a whole export of the tenant, ${part}`]
}

/** The ranges of statements; where they adjoin, as one. */
function wholeText(statements: readonly StatedRange[]): string {
  const spans: { from: number; to: number }[] = []
  for (const { from, to } of statements) {
    const last = spans.at(-1)
    if (last?.to === from) last.to = to
    else spans.push({ from, to })
  }
  return spans.map(({ from, to }) => `seqs ${from} to ${to - 1}`).join(', ')
}

function ascending(left: number, right: number): number {
  return left - right
}
