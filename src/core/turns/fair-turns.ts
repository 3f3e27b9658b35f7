import { Fault } from '../errors.ts'
import type { Asker } from './asker.ts'
import { Rotation } from './rotation.ts'

/** How much work runs and waits. */
export interface TurnLimits {
  /** Runs at once, of one caller, of one tenant and in all. */
  readonly running: Shares
  /** Waits at once; more is refused. */
  readonly waiting: Shares
  /** What a refused client is asked to wait. */
  readonly retryAfterSeconds: number
}

/** How long after another tenant asked the thread counts as shared, ms. */
const SHARED_MS = 1000
/** How much longer than the writing of its answer a turn lasts then. */
const REST_FACTOR = 3
/** Longest that it lasts longer, ms. */
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
 * Runs a bounded number of pieces of work at once. What waits takes turns between tenants, and
 * within a tenant between its callers; of one caller it is first come, first served. No tenant can
 * take every place, so another tenant's next piece of work never waits for all of its pieces.
 */
export class FairTurns {
  readonly #limits: TurnLimits
  readonly #nowMs: () => number
  readonly #tenants = new Rotation<TenantQueue>()
  #running = 0
  #waiting = 0
  #latestTenant: string | undefined
  /** When the tenant that asks last changed. */
  #sharedMs = Number.NEGATIVE_INFINITY

  /** @param nowMs the time, as `performance.now` tells it. */
  constructor(limits: TurnLimits, nowMs = () => performance.now()) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /**
   * Runs `work` when it is the asker's turn, and not at all when `isGone` holds by then.
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
   * Ends a turn when its answer is written, which takes the time of the one thread that serves all
   * requests. While other tenants ask too, it lasts longer by a multiple of that: large answers of
   * one tenant leave most of the thread to the others.
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
    const shares = `${waiting.callerMax} with a token, ${waiting.tenantMax} of a tenant`
    const detail = `queries that wait: ${shares}, ${waiting.allMax} in all`
    throw new Fault('request.too-many', { detail, retryAfterSeconds })
  }

  #startNext(): void {
    while (this.#running < this.#limits.running.allMax) {
      if (!this.#startOne()) return
    }
  }

  /** Starts what has the next turn; answers whether there was anything that may run. */
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
