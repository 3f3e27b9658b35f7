import { parseReportedEvent } from '../core/boundary/parse-reported-event.ts'
import type { Draft } from '../core/event/draft.ts'
import type { NewEvent, Reception } from '../core/event/new-event.ts'
import type { Clock } from '../core/time/timestamp.ts'
import { mintUuid } from '../core/values/uuid.ts'
import type { Append } from '../ledger/append/append.ts'
import { readOrRefused } from './dead-letter.ts'

/** Most events that wait to be stored; further ones are only counted. */
const QUEUED_EVENTS_MAX = 20_000
/** This many events are stored at once, without waiting for the next tick. */
const BATCH_EVENTS = 500
/** Most events stored at once. */
const BATCH_EVENTS_MAX = 5_000
/** Pause after the ledger rejected a batch, in milliseconds. */
const RETRY_MS = 1_000
/** Attempts to store the last batches when the server stops. */
const CLOSING_ATTEMPTS_MAX = 3

/** Events of one tenant that did not fit in the queue. */
export interface LeftOut {
  readonly tenant: string
  readonly count: number
  /** When the first and the last of them were dropped, in microseconds since the epoch. */
  readonly fromMicros: number
  readonly toMicros: number
}

/** What a queue needs. */
export interface EventQueueOptions {
  readonly append: Append
  /** Source of events that name none. */
  readonly source: Reception['source']
  readonly clock: Clock
  /** What its events are, for the log: `uses of tokens`. */
  readonly contents: string
  /** The event that reports how many others were dropped. */
  readonly leftOutEvent: (leftOut: LeftOut) => NewEvent
  /** Source of that event; absent for the same source as the others. */
  readonly leftOutSource?: Reception['source']
  /** Whether readers need not wait for these events: see `AppendRequest.isQuiet`. */
  readonly isQuiet?: boolean
  /** Called when events could not be stored. */
  readonly trouble: (facts: object, message: string) => void
}

interface Queued {
  readonly event: NewEvent
  /** Called once the event is stored, or was rejected. */
  readonly settle?: () => void
}

/** Events that are stored together, and the callers that wait for them. */
interface Batch {
  readonly drafts: readonly Draft[]
  settle(): void
}

/**
 * Stores events in the background, in order and in batches. A batch that the ledger rejects is
 * retried under the same ids, so that it is stored once. When the queue is full, an event records
 * how many were dropped.
 */
export class EventQueue {
  readonly #options: EventQueueOptions
  #waiting: Queued[] = []
  /** The batch that is being stored, or was rejected. */
  #batch: Batch = { drafts: [], settle: () => undefined }
  readonly #leftOut = new Map<string, LeftOut>()
  #storing: Promise<void> | undefined
  #restUntilMs = 0

  constructor(options: EventQueueOptions) {
    this.#options = options
  }

  /**
   * Takes an event for a tenant, unless the event names one. Returns false when the queue is full.
   */
  add(tenant: string, event: NewEvent): boolean {
    return this.#enqueue(tenant, { event })
  }

  /**
   * As `add`; resolves once the event is stored, or when it was rejected and will be retried. Never
   * rejects.
   */
  async store(tenant: string, event: NewEvent): Promise<void> {
    await new Promise<void>((settle) => {
      if (!this.#enqueue(tenant, { event, settle }) || this.#isResting) settle()
      else this.flush()
    })
  }

  leaveOut(tenant: string): void {
    const now = this.#options.clock()
    const { count = 0, fromMicros = now } = this.#leftOut.get(tenant) ?? {}
    this.#leftOut.set(tenant, { tenant, count: count + 1, fromMicros, toMicros: now })
  }

  /** Begins to store the waiting events, unless a batch is being stored or was just rejected. */
  flush(): void {
    const isDue = this.#waiting.length + this.#batch.drafts.length + this.#leftOut.size > 0
    if (!isDue || this.#storing !== undefined || this.#isResting) return
    this.#storing = this.#store().finally(() => {
      this.#storing = undefined
      // Callers whose events came in the meantime wait for the next batch.
      if (this.#waiting.some(({ settle }) => settle !== undefined)) this.flush()
    })
  }

  /** Stores all waiting events, or gives them up and logs it. */
  async close(): Promise<void> {
    let refusals = 0
    while (refusals < CLOSING_ATTEMPTS_MAX) {
      await this.#storing
      this.#restUntilMs = 0
      this.flush()
      if (this.#storing === undefined) return
      await this.#storing
      if (this.#batch.drafts.length > 0) refusals += 1
    }
    const { trouble, contents } = this.#options
    const lost = this.#batch.drafts.length + this.#waiting.length
    trouble({ lost }, `${contents} could not be stored`)
  }

  async #store(): Promise<void> {
    const { append, isQuiet = false, contents, trouble } = this.#options
    try {
      if (this.#batch.drafts.length === 0) this.#batch = this.#nextBatch()
      const { drafts, settle } = this.#batch
      if (drafts.length > 0) await append({ drafts, isQuiet })
      this.#batch = { drafts: [], settle: () => undefined }
      settle()
    } catch (error) {
      this.#restUntilMs = Date.now() + RETRY_MS
      this.#batch.settle()
      for (const { settle } of this.#waiting) settle?.()
      trouble({ err: error }, `${contents} could not be stored yet; retrying`)
    }
  }

  get #isResting(): boolean {
    return Date.now() < this.#restUntilMs
  }

  #enqueue(tenant: string, queued: Queued): boolean {
    if (this.#waiting.length >= QUEUED_EVENTS_MAX) {
      this.leaveOut(tenant)
      return false
    }
    this.#waiting.push(queued)
    if (this.#waiting.length >= BATCH_EVENTS) this.flush()
    return true
  }

  #nextBatch(): Batch {
    const { source, leftOutSource = source, leftOutEvent, clock } = this.#options
    const taken = this.#waiting.splice(0, BATCH_EVENTS_MAX)
    const leftOut = [...this.#leftOut.values()].map(leftOutEvent)
    this.#leftOut.clear()
    // One time for all of them, so that the batch is in one partition of the store.
    const receivedMicros = clock()
    return {
      drafts: [
        ...taken.map(({ event }) => draftOf(event, { receivedMicros, source })),
        ...leftOut.map((event) => draftOf(event, { receivedMicros, source: leftOutSource })),
      ],
      settle() {
        for (const { settle } of taken) settle?.()
      },
    }
  }
}

/** The event with an id of its own, so that a retry stores it once. */
function draftOf(
  event: NewEvent,
  { receivedMicros, source }: Pick<Reception, 'receivedMicros' | 'source'>,
): Draft {
  const reception = { receivedMicros, tenant: event.tenant ?? '', anyTenant: true, source }
  const read = (one: NewEvent) => parseReportedEvent(one, reception)
  return readOrRefused(named(event, receivedMicros), read).read
}

/** The event with an id of its own. */
export function named(event: NewEvent, receivedMicros: number): NewEvent {
  return { ...event, id: mintUuid(Math.floor(receivedMicros / 1000)) }
}
