import { Fault } from '../errors.ts'
import type { Asker } from './asker.ts'
import { Rotation } from './rotation.ts'

/** How much work may run and wait. */
export interface TurnLimits {
  /** Most that may run at once, by caller, by tenant and in total. */
  readonly running: Shares
  /** Most that may wait at once; more is rejected. */
  readonly waiting: Shares
  /** The retry delay for a rejected client. */
  readonly retryAfterSeconds: number
}

/** How long after another tenant's query the thread counts as shared, ms. */
const SHARED_MS = 1000
/** How long a turn then lasts, as a multiple of the time for writing its answer. */
const REST_FACTOR = 3
/** Longest extension of a turn, ms. */
const REST_MS_MAX = 200

interface Shares {
  readonly callerMax: number
  readonly tenantMax: number
  readonly allMax: number
}

interface Waiting {
  readonly isGone: () => boolean
  readonly start: () => void
  readonly refuse: (error: Fault) => void
}

class CallerQueue {
  running = 0
  readonly waiting: Waiting[] = []

  get isIdle(): boolean {
    return this.running === 0 && this.waiting.length === 0
  }
}

class TenantQueue {
  running = 0
  waiting = 0
  readonly callers = new Rotation<CallerQueue>()

  get isIdle(): boolean {
    return this.running === 0 && this.waiting === 0
  }
}

/**
 * Runs a bounded number of tasks at once. Waiting tasks alternate between tenants, and within a
 * tenant between its callers; for one caller, they run in order of arrival. No tenant can occupy
 * every place, so another tenant's next task never waits for all of its tasks.
 */
export class FairTurns {
  readonly #limits: TurnLimits
  readonly #nowMs: () => number
  readonly #tenants = new Rotation<TenantQueue>()
  #running = 0
  #waiting = 0
  #latestTenant: string | undefined
  /** When a query last came from another tenant than the one before. */
  #sharedMs = Number.NEGATIVE_INFINITY

  /** @param nowMs the time, as from `performance.now`. */
  constructor(limits: TurnLimits, nowMs = () => performance.now()) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /**
   * Runs `work` when it is the asker's turn, or not at all when `isGone` is true by then.
   *
   * @throws Fault `request.too-many` when the asker's share of the waiting places is full.
   */
  async run<Result>(
    asker: Asker,
    isGone: () => boolean,
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.#noteTenant(asker.tenant)
    await this.#turn(asker, isGone)
    try {
      return await work()
    } finally {
      this.#endRested(asker, this.#nowMs())
    }
  }

  #noteTenant(tenant: string): void {
    if (tenant === this.#latestTenant) return
    this.#latestTenant = tenant
    this.#sharedMs = this.#nowMs()
  }

  /**
   * Ends a turn once its answer is written, which takes time of the single thread that serves all
   * requests. While other tenants query too, the turn is extended by a multiple of that time, so
   * that large answers for one tenant leave most of the thread to the others.
   */
  #endRested(asker: Asker, answeredMs: number): void {
    setImmediate(() => {
      const nowMs = this.#nowMs()
      const isShared = nowMs - this.#sharedMs < SHARED_MS
      const restMs = isShared ? Math.min(REST_FACTOR * (nowMs - answeredMs), REST_MS_MAX) : 0
      if (restMs < 1) this.#end(asker)
      else setTimeout(() => this.#end(asker), restMs)
    })
  }

  #turn(asker: Asker, isGone: () => boolean): Promise<void> {
    this.#refuseWhenFull(asker)
    const tenant = this.#tenants.enter(asker.tenant, () => new TenantQueue())
    const caller = tenant.callers.enter(asker.caller, () => new CallerQueue())
    return new Promise((start, refuse) => {
      caller.waiting.push({ isGone, start, refuse })
      tenant.waiting += 1
      this.#waiting += 1
      this.#startNext()
    })
  }

  #refuseWhenFull(asker: Asker): void {
    const { waiting, retryAfterSeconds } = this.#limits
    const tenant = this.#tenants.find(asker.tenant)
    const caller = tenant?.callers.find(asker.caller)
    const isFull =
      (caller?.waiting.length ?? 0) >= waiting.callerMax ||
      (tenant?.waiting ?? 0) >= waiting.tenantMax ||
      this.#waiting >= waiting.allMax
    if (!isFull) return
    const shares = `${waiting.callerMax} per token, ${waiting.tenantMax} per tenant`
    const detail = `waiting queries are limited to ${shares}, ${waiting.allMax} in total`
    throw new Fault('request.too-many', { detail, retryAfterSeconds })
  }

  #startNext(): void {
    while (this.#running < this.#limits.running.allMax) {
      if (!this.#startOne()) return
    }
  }

  /** Starts the task with the next turn; returns whether there was one that may run. */
  #startOne(): boolean {
    const { tenantMax, callerMax } = this.#limits.running
    const mayRun = ({ running, waiting }: CallerQueue) => running < callerMax && waiting.length > 0
    const tenantName = this.#tenants.next(
      ({ running, waiting, callers }) =>
        running < tenantMax && waiting > 0 && callers.next(mayRun) !== undefined,
    )
    const tenant = tenantName === undefined ? undefined : this.#tenants.find(tenantName)
    const callerName = tenant?.callers.next(mayRun)
    if (tenant === undefined || tenantName === undefined || callerName === undefined) return false
    const caller = tenant.callers.find(callerName)
    const next = caller?.waiting.shift()
    if (caller === undefined || next === undefined) return false
    tenant.waiting -= 1
    this.#waiting -= 1
    if (next.isGone()) {
      next.refuse(new Fault('request.timeout', { detail: 'the client is gone' }))
      this.#forgetIdle(tenant)
      return true
    }
    this.#tenants.take(tenantName)
    tenant.callers.take(callerName)
    tenant.running += 1
    caller.running += 1
    this.#running += 1
    next.start()
    return true
  }

  #end(asker: Asker): void {
    const tenant = this.#tenants.find(asker.tenant)
    const caller = tenant?.callers.find(asker.caller)
    if (tenant === undefined || caller === undefined) return
    tenant.running -= 1
    caller.running -= 1
    this.#running -= 1
    this.#startNext()
    this.#forgetIdle(tenant)
  }

  #forgetIdle(tenant: TenantQueue): void {
    tenant.callers.forgetIdle()
    this.#tenants.forgetIdle()
  }
}
