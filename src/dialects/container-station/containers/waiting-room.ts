import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter } from '../../../core/query/query.ts'
import { pauseFor } from '../../../core/retry.ts'
import type { Asker } from '../../../core/turns/asker.ts'
import { Quota, type QuotaLimits } from '../../../core/turns/quota.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { tooManyWaiting } from '../errors.ts'
import type { AwaitedState, ContainerType } from '../parameters.ts'
import { isNamed, STATE_CONDITIONS, stateReportOf } from './container-state.ts'

/**
 * Requests that may wait at once. A caller or tenant at its limit gets 429, and all get 503 when
 * all places are taken; both with Retry-After.
 */
export const WAITS = {
  what: 'waits for a state',
  callerMax: 250,
  tenantMax: 750,
  allMax: 1000,
  retryAfterSeconds: 10,
} as const satisfies QuotaLimits
/** Events read at once. */
const READ_EVENTS = 500
/** Pause after the store did not answer, ms. */
const FAULT_PAUSE_MS = 1000

/** A container in a state that a request waits for. */
export interface Awaited {
  readonly asker: Asker
  readonly tenants: EventFilter['tenants']
  readonly type: ContainerType
  /** Id, beginning of an id, or name. */
  readonly name: string
  readonly state: AwaitedState
}

/** How a wait ended: an event reported the state, or the container's end; or it was over. */
type WaitEnding =
  | { readonly kind: 'reached' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'over' }

/** A place in the room, from `enter` to `leave`. */
export interface Place {
  /** The next ending that is told by an event of the time since the place was taken. */
  ending(durationMs: number, signal: AbortSignal): Promise<WaitEnding>
  leave(): void
}

/**
 * Where requests wait for the states of containers. One loop for all of them follows the ledger,
 * woken by its growth, and only while a request waits.
 */
export class WaitingRoom {
  readonly #context: Pick<DialectContext, 'readers' | 'ledger'>
  readonly #places = new Set<WaitingPlace>()
  readonly #quota = new Quota(WAITS)
  #isFollowing = false
  #isClosed = false
  #empty = new AbortController()

  constructor(context: Pick<DialectContext, 'readers' | 'ledger'>) {
    this.#context = context
  }

  /**
   * Takes a place. Enter first and look at the container then: what happens in between is not
   * missed.
   *
   * @throws ApiError 503 when all places are taken, Fault `request.too-many` when the asker's
   * share of them is.
   */
  enter(awaited: Awaited): Place {
    if (this.#isClosed || this.#quota.reached(awaited.asker) === 'all') {
      throw tooManyWaiting(WAITS.retryAfterSeconds)
    }
    const free = this.#quota.enter(awaited.asker)
    const { size } = this.#context.ledger.status()
    const place = new WaitingPlace(awaited, size, () => {
      free()
      this.#leave(place)
    })
    this.#places.add(place)
    if (!this.#isFollowing) void this.#follow(size)
    return place
  }

  /** Answers all requests as if their time was over; no further one enters. */
  close(): void {
    this.#isClosed = true
    for (const place of this.#places) place.tell({ kind: 'over' })
  }

  #leave(place: WaitingPlace): void {
    this.#places.delete(place)
    if (this.#places.size === 0) this.#empty.abort()
  }

  /** Never rejects: a store that does not answer is asked again. */
  async #follow(fromSeq: number): Promise<void> {
    const { ledger } = this.#context
    this.#isFollowing = true
    let nextSeq = fromSeq
    while (this.#places.size > 0) {
      this.#empty = new AbortController()
      await ledger.waitForReadableOver(nextSeq, this.#empty.signal)
      if (this.#isClosed) break
      nextSeq = await this.#tellFrom(nextSeq)
    }
    this.#isFollowing = false
  }

  /** Passes the events from a seq on to all requests; answers the seq that follows them. */
  async #tellFrom(fromSeq: number): Promise<number> {
    const { readers, ledger } = this.#context
    const { origin, readableSize } = ledger.status()
    if (readableSize <= fromSeq) return fromSeq
    const filter = { tenants: tenantsOf(this.#places), conditions: STATE_CONDITIONS }
    try {
      const found = await readers.own.tail({
        filter,
        origin,
        afterSeq: fromSeq - 1,
        limit: READ_EVENTS,
      })
      for (const stored of found) {
        for (const place of this.#places) place.see(stored)
      }
      // Every event below that size could be seen: what was not found there is about no state.
      const last = found.at(-1)
      return last !== undefined && (found.length === READ_EVENTS || last.seq >= readableSize)
        ? last.seq + 1
        : readableSize
    } catch {
      await pauseFor(FAULT_PAUSE_MS)
      return fromSeq
    }
  }
}

function tenantsOf(places: ReadonlySet<WaitingPlace>): EventFilter['tenants'] {
  const tenants = new Set<string>()
  for (const { awaited } of places) {
    if (awaited.tenants === 'all') return 'all'
    for (const tenant of awaited.tenants) tenants.add(tenant)
  }
  return [...tenants]
}

class WaitingPlace implements Place {
  readonly awaited: Awaited
  readonly leave: () => void
  readonly #fromSeq: number
  #told: WaitEnding | undefined
  #wake: (() => void) | undefined

  constructor(awaited: Awaited, fromSeq: number, leave: () => void) {
    this.awaited = awaited
    this.#fromSeq = fromSeq
    this.leave = leave
  }

  see({ event, seq }: StoredEvent): void {
    const { tenants, type, name, state } = this.awaited
    if (seq < this.#fromSeq || (tenants !== 'all' && !tenants.includes(event.tenant))) return
    const report = stateReportOf(event)
    if (report === undefined || report.type !== type || !isNamed(report, name)) return
    if (report.state === 'gone') this.tell({ kind: 'gone' })
    else if (report.state === state) this.tell({ kind: 'reached' })
  }

  tell(ending: WaitEnding): void {
    this.#told = ending
    this.#wake?.()
  }

  async ending(durationMs: number, signal: AbortSignal): Promise<WaitEnding> {
    if (this.#told === undefined && !signal.aborted) await this.#woken(durationMs, signal)
    const told = this.#told ?? { kind: 'over' }
    this.#told = undefined
    return told
  }

  #woken(durationMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        this.#wake = undefined
        resolve()
      }
      const timer = setTimeout(wake, durationMs)
      signal.addEventListener('abort', wake)
      this.#wake = wake
    })
  }
}
