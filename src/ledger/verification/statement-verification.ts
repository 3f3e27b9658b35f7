import type { LeafRange } from '../proof/subtree-proof.ts'
import { contentOf, type StatedRange, type Statement } from '../statement/statement.ts'
import type { TenantLeaves } from '../statement/tenant-leaves.ts'
import { tenantRoot } from '../statement/tenant-root.ts'
import type { LeafRow, StoredLeaves } from '../tiles/stored-leaves.ts'
import { CompactTree } from '../tree/compact-tree.ts'
import { leafHash } from '../tree/merkle-tree.ts'
import { type Finding, Findings } from './findings.ts'

/** Statements that are held while the rows of their ranges are read. */
const OPEN_MAX = 20_000
/** Statements that are read at once. */
const PAGE = 1_000

/**
 * Compares the statements of a ledger with its rows while these are read in order of seq. A
 * statement comes after its range, so statements are read ahead of the rows.
 */
export class StatementVerification {
  readonly #leaves: TenantLeaves
  readonly #size: number
  readonly #openMax: number
  readonly #findings = new Findings()
  /** Statements whose ranges have not ended, by tenant, in order. */
  readonly #open = new Map<string, OpenStatement[]>()
  /** The last statement of each tenant that was read. */
  readonly #last = new Map<string, StatedRange>()
  #openCount = 0
  /** Where reading statements goes on; undefined at the end. */
  #nextSeq: number | undefined = 0

  /**
   * @param size of the signed ledger.
   * @param openMax statements that are held at once.
   */
  constructor(leaves: TenantLeaves, size: number, openMax = OPEN_MAX) {
    this.#leaves = leaves
    this.#size = size
    this.#openMax = openMax
  }

  /**
   * Leaves whose rows are compared as they are read: once, from the first to the last. All rows of
   * ranges with statements have to be read, so these have no hashes of groups.
   */
  watch(leaves: StoredLeaves): StoredLeaves {
    return {
      ...leaves,
      groupHashes: async (range) => {
        await this.#readAhead(range.start)
        return this.#open.size > 0 ? new Map() : ((await leaves.groupHashes?.(range)) ?? new Map())
      },
      rows: async (range) => {
        const rows = await leaves.rows(range)
        await this.#take(range, rows)
        return rows
      },
    }
  }

  /** What was found, once all rows are read. */
  get findings(): Findings {
    return this.#findings
  }

  async #take({ start, end }: LeafRange, rows: readonly LeafRow[]): Promise<void> {
    await this.#readAhead(start)
    for (const { seq, tenant = '', leaf } of rows) {
      const open = this.#open.get(tenant)
      if (open === undefined) continue
      const stated = this.#openAt(open, seq)
      if (stated !== undefined && seq >= stated.from) stated.tree.append(leaf ?? leafHash(''))
    }
    for (const [tenant, open] of this.#open) {
      this.#openAt(open, end)
      if (open.length === 0) this.#open.delete(tenant)
    }
  }

  /** The statement that covers a seq or begins after it; those that end before it are compared. */
  #openAt(open: OpenStatement[], seq: number): OpenStatement | undefined {
    for (let [first] = open; first !== undefined && first.to <= seq; [first] = open) {
      open.shift()
      this.#openCount -= 1
      this.#compare(first, contentOf(first.tree))
    }
    return open[0]
  }

  async #readAhead(start: number): Promise<void> {
    while (this.#nextSeq !== undefined && this.#openCount < this.#openMax) {
      const limit = Math.min(PAGE, this.#openMax - this.#openCount)
      const page = await this.#leaves.statementsFrom(this.#nextSeq, limit)
      const last = page.at(-1)
      this.#nextSeq = page.length < limit || last === undefined ? undefined : last.seq + 1
      for (const { seq, stated } of page) {
        if (seq >= this.#size) return this.#endReading()
        // One that cannot be read is found as altered.
        if (stated !== undefined) await this.#addStatement(stated, start)
      }
    }
  }

  #endReading(): void {
    this.#nextSeq = undefined
  }

  async #addStatement(stated: StatedRange, start: number): Promise<void> {
    const { tenant } = stated
    const problem = rangeProblem(stated, this.#last.get(tenant))
    this.#last.set(tenant, stated)
    if (problem !== undefined) {
      this.#findings.add(problem)
      return
    }
    if (stated.from < start) {
      // Its rows were read already, before very many statements of other tenants.
      const range = { start: stated.from, end: stated.to }
      this.#compare(stated, await tenantRoot(this.#leaves, { tenant, range }, atOnce))
      return
    }
    const open = this.#open.get(tenant) ?? []
    open.push({ ...stated, tree: new CompactTree() })
    this.#open.set(tenant, open)
    this.#openCount += 1
  }

  #compare(stated: StatedRange, found: Pick<Statement, 'count' | 'rootHash'>): void {
    const problem = contentProblem(stated, found)
    if (problem !== undefined) this.#findings.add(problem)
  }
}

interface OpenStatement extends StatedRange {
  readonly tree: CompactTree
}

async function atOnce(): Promise<void> {}

/** How a statement does not continue the one before it; undefined when it does. */
export function rangeProblem(stated: StatedRange, before?: StatedRange): Finding | undefined {
  const isNext = stated.from === (before?.to ?? 0) && stated.previous === (before?.seq ?? null)
  return isNext ? undefined : { what: 'statement', problem: 'range', ...stated }
}

/** How a statement differs from the events of its range; undefined when it does not. */
export function contentProblem(
  stated: StatedRange,
  { count, rootHash }: Pick<Statement, 'count' | 'rootHash'>,
): Finding | undefined {
  if (count < stated.count) return { what: 'lacking', found: count, ...stated }
  if (count > stated.count) return { what: 'statement', problem: 'count', ...stated }
  if (rootHash !== stated.rootHash) return { what: 'statement', problem: 'root', ...stated }
  return undefined
}
