import { Fault } from '../../core/errors.ts'
import type { StoredEvent } from '../../core/event/event.ts'
import { pauseFor } from '../../core/retry.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import { KeyedTurns } from '../../core/turns/keyed-turns.ts'
import type { Append } from '../append/append.ts'
import { ownDraft } from '../audit-trail.ts'
import type { LedgerCheckpoints } from '../checkpoint/ledger-checkpoints.ts'
import type { Ledger } from '../ledger.ts'
import { type StatedRange, statedRange, statementEvent } from './statement.ts'
import type { TenantLeaves } from './tenant-leaves.ts'
import { type Pace, tenantRoot } from './tenant-root.ts'

/** How far the statements of a ledger are. */
export interface StatementRun {
  /** When the last complete run ended. */
  readonly finishedAt: string
  /** Every tenant's events before this seq are stated. */
  readonly coveredTo: number
}

/** The statement that answers a request. */
interface GivenStatement {
  readonly event: StoredEvent
  /** Whether it was made for this request. */
  readonly isNew: boolean
}

/**
 * States what each tenant has in the ledger, as events of that tenant. The ranges of a tenant's
 * statements adjoin, from seq 0 on. A range is signed by a checkpoint before it is stated.
 *
 * Where a range begins follows from the ledger itself, which holds at most one statement for each
 * beginning: a crash at any moment leaves neither a gap nor an overlap.
 */
export interface LedgerStatements {
  /** The last complete run over all tenants, of this process or an earlier one. */
  latestRun(): StatementRun
  /**
   * States a tenant's events up to now. Without events since its last statement, that one is the
   * answer; undefined for a tenant without events.
   * @throws Fault `resource.missing` while no checkpoint covers the events, `store.damaged` when
   * events are missing or altered, and as `Append` does.
   */
  state(tenant: string): Promise<GivenStatement | undefined>
  /**
   * States the events of every tenant that had some since its last statement. Rejects when that
   * failed for a tenant, after the others, and with the signal's reason when it aborts.
   *
   * @param pace the pauses between reads; there are none for a tenant that is waited for.
   */
  stateAll(pace: Pace, signal: AbortSignal): Promise<StatementRun>
}

/** What statements are made with. */
export interface LedgerStatementsOptions {
  readonly origin: string
  readonly ledger: Pick<Ledger, 'status' | 'whenReadable'>
  readonly checkpoints: Pick<LedgerCheckpoints, 'latest' | 'covering'>
  readonly leaves: TenantLeaves
  readonly append: Append
  readonly clock: Clock
  /** How far an earlier process was. */
  readonly earlier: StatementRun
  /** Keeps how far it is. */
  readonly save: (run: StatementRun) => Promise<void>
}

/** How long a request waits for a checkpoint over the events before it, in milliseconds. */
const CHECKPOINT_WAIT_MS_MAX = 2_000
const RETRY_AFTER_SECONDS = 1

/** The statements of a server. */
export function createLedgerStatements(options: LedgerStatementsOptions): LedgerStatements {
  const statements = new Statements(options)
  return {
    latestRun: () => statements.run,
    state: (tenant) => statements.state(tenant),
    stateAll: (pace, signal) => statements.stateAll(pace, signal),
  }
}

class Statements {
  run: StatementRun
  readonly #options: LedgerStatementsOptions
  readonly #turns = new KeyedTurns()
  /** Tenants whose statement a request waits for. */
  readonly #awaited = new Set<string>()
  /** The last statement of each tenant; undefined: to be read from the store. */
  #last: Promise<Map<string, StoredEvent>> | undefined
  /** Every seq before this one was found in the store. */
  #wholeTo: number

  constructor(options: LedgerStatementsOptions) {
    this.#options = options
    this.run = options.earlier
    this.#wholeTo = options.earlier.coveredTo
  }

  async state(tenant: string): Promise<GivenStatement | undefined> {
    const to = await this.#signedSize()
    await this.#requireWhole(to)
    this.#awaited.add(tenant)
    try {
      return await this.#turns.run([tenant], () => this.#make({ tenant, to, pace: takeTurns }))
    } finally {
      this.#awaited.delete(tenant)
    }
  }

  async stateAll(pace: Pace, signal: AbortSignal): Promise<StatementRun> {
    const { checkpoints, leaves, clock, save } = this.#options
    const to = checkpoints.latest()?.size ?? 0
    await this.#requireWhole(to)
    const range = { start: this.run.coveredTo, end: to }
    const failures: unknown[] = []
    for (const { tenant, lastSeq } of to > range.start ? await leaves.tenants(range) : []) {
      if (lastSeq < 0) continue
      const unhurried: Pace = async (tookMs) => {
        await (this.#awaited.has(tenant) ? takeTurns() : pace(tookMs))
        signal.throwIfAborted()
      }
      await this.#turns
        .run([tenant], () => this.#make({ tenant, to, pace: unhurried }))
        .catch((error: unknown) => failures.push(error))
      signal.throwIfAborted()
    }
    if (failures.length > 0) throw failures[0]
    this.run = { finishedAt: formatTimestamp(clock()), coveredTo: Math.max(to, range.start) }
    await save(this.run)
    return this.run
  }

  /** The size of a checkpoint over every event until now. */
  async #signedSize(): Promise<number> {
    const { ledger, checkpoints } = this.#options
    const { size } = ledger.status()
    if (size === 0) return 0
    const checkpoint = await checkpoints.covering(size - 1, CHECKPOINT_WAIT_MS_MAX)
    if (checkpoint !== undefined) return checkpoint.size
    throw new Fault('resource.missing', {
      detail: 'no checkpoint covers the latest events yet',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }

  /** The tenant of a missing event is not known, so nothing is stated where one is missing. */
  async #requireWhole(to: number): Promise<void> {
    const range = { start: this.#wholeTo, end: to }
    if (range.start >= range.end) return
    const tenants = await this.#options.leaves.tenants(range)
    const found = tenants.reduce((sum, { events }) => sum + events, 0)
    if (found !== range.end - range.start) {
      throw new Fault('store.damaged', {
        detail: `seqs ${range.start} to ${range.end - 1} have ${found} events`,
      })
    }
    this.#wholeTo = Math.max(this.#wholeTo, to)
  }

  async #make({ tenant, to, pace }: Making): Promise<GivenStatement | undefined> {
    const { leaves, origin, append, clock } = this.#options
    const last = (await this.#lastStatements()).get(tenant)
    const before = last === undefined ? undefined : rangeIn(last)
    const range = { start: before?.to ?? 0, end: to }
    const [found] = range.start < to ? await leaves.tenants(range, tenant) : []
    if (found === undefined || found.lastSeq < 0) return last && { event: last, isNew: false }
    const stated = await tenantRoot(leaves, { tenant, range }, pace)
    const places = { from: range.start, to, previous: before?.seq ?? null }
    const event = statementEvent(tenant, origin, { ...places, ...stated })
    const draft = ownDraft(event, { origin, clock })
    const { first: seq } = await append({ drafts: [draft] }).catch((error: unknown) => {
      // It may be stored nevertheless, then the store has it.
      this.#last = undefined
      throw error
    })
    // An earlier attempt, whose outcome was not known, did store a statement from here on.
    if (seq === null) this.#last = undefined
    const known = await this.#lastStatements()
    if (seq !== null) known.set(tenant, { event: draft.event, origin, seq })
    const made = known.get(tenant)
    return made && { event: made, isNew: true }
  }

  #lastStatements(): Promise<Map<string, StoredEvent>> {
    this.#last ??= this.#readLast().catch((error: unknown) => {
      this.#last = undefined
      throw error
    })
    return this.#last
  }

  async #readLast(): Promise<Map<string, StoredEvent>> {
    const { ledger, leaves } = this.#options
    await ledger.whenReadable()
    const events = await leaves.lastStatements()
    return new Map(events.map((stored) => [stored.event.tenant, stored]))
  }
}

interface Making {
  readonly tenant: string
  readonly to: number
  readonly pace: Pace
}

/** Lets requests be answered between two windows. */
async function takeTurns(): Promise<void> {
  await pauseFor(0)
}

function rangeIn(stored: StoredEvent): StatedRange {
  const range = statedRange(stored)
  if (range !== undefined) return range
  throw new Fault('store.damaged', { detail: `the statement ${stored.seq} cannot be read` })
}
