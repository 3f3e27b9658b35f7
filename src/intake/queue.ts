import { parseReportedEvent } from '../core/boundary/parse-reported-event.ts'
import type { Draft } from '../core/event/draft.ts'
import type { NewEvent, Reception } from '../core/event/new-event.ts'
import type { Clock } from '../core/time/timestamp.ts'
import { mintUuid } from '../core/values/uuid.ts'
import type { Append } from '../ledger/append/append.ts'
import { readOrRefused } from './dead-letter.ts'

/** Most events that wait to be stored; of more only the number is kept. */
const QUEUED_EVENTS_MAX = 20_000
/** As many are stored at once, without waiting for the next tick. */
const BATCH_EVENTS = 500
/** Most events stored at once. */
const BATCH_EVENTS_MAX = 5_000
/** Pause after the ledger refused a batch, in milliseconds. */
const RETRY_MS = 1_000
/** Attempts at the last batches when the server stops. */
const CLOSING_ATTEMPTS_MAX = 3

/** Events of one tenant that there was no room for. */
export interface LeftOut {
  readonly tenant: string
  readonly count: number
  /** When the first and the last of them were left out, in microseconds since the epoch. */
  readonly fromMicros: number
  readonly toMicros: number
}

/** Where events go. */
export interface EventQueueOptions {
  readonly append: Append
  /** Source of events that name none. */
  readonly source: Reception['source']
  readonly clock: Clock
  /** What its events are, for the log: `uses of tokens`. */
  readonly contents: string
  /** The event that tells of others that were left out. */
  readonly leftOutEvent: (leftOut: LeftOut) => NewEvent
  /** Source of that event; absent: that of the others. */
  readonly leftOutSource?: Reception['source']
  /** Whether readers need not wait for these events: see `AppendRequest.isQuiet`. */
  readonly isQuiet?: boolean
  /** Told of what could not be stored. */
  readonly trouble: (facts: object, message: string) => void
}

interface Queued {
  readonly event: NewEvent
  /** Called once the event is stored, or was refused. */
  readonly settle?: () => void
}

/** Events that are stored together, and those who wait for them. */
interface Batch {
  readonly drafts: readonly Draft[]
  settle(): void
}

/**
 * Stores events in the background, in order and in batches. What the ledger refuses is given to it
 * again, under the same ids, so that it is stored once. When more come than are stored, an event
 * tells how many were left out.
 */
export class EventQueue {
  readonly #options: EventQueueOptions
  #waiting: Queued[] = []
  /** The batch that is being stored, or was refused. */
  #batch: Batch = { drafts: [], settle: () => undefined }
  readonly #leftOut = new Map<string, LeftOut>()
  #storing: Promise<void> | undefined
  #restUntilMs = 0

  constructor(options: EventQueueOptions) {
    this.#options = options
  }

  /**
   * Takes an event of a tenant, which names it too. False when there was no room for it.
   */
  add(tenant: string, event: NewEvent): boolean {
    return this.#enqueue(tenant, { event })
  }

  /**
   * As `add`; resolves once the event is stored, or when it was refused and is stored later. It
   * never rejects.
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

  /** Begins to store what waits, unless a batch is on its way or was just refused. */
  flush(): void {
    const isDue = this.#waiting.length + this.#batch.drafts.length + this.#leftOut.size > 0
    if (!isDue || this.#storing !== undefined || this.#isResting) return
    this.#storing = this.#store().finally(() => {
      this.#storing = undefined
      // Whose event came meanwhile waits for a batch of its own.
      if (this.#waiting.some(({ settle }) => settle !== undefined)) this.flush()
    })
  }

  /** Stores everything that waits, or gives it up with a word in the log. */
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
      trouble({ err: error }, `${contents} are stored later`)
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
    // One moment for all of them: what is appended together lies in one partition of the store.
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

/** The event under an id of its own, so that a repeated attempt stores it once. */
function draftOf(
  event: NewEvent,
  { receivedMicros, source }: Pick<Reception, 'receivedMicros' | 'source'>,
): Draft {
  const reception = { receivedMicros, tenant: event.tenant ?? '', anyTenant: true, source }
  const read = (one: NewEvent) => parseReportedEvent(one, reception)
  return readOrRefused(named(event, receivedMicros), read).read
}

/** The event under an id of its own. */
export function named(event: NewEvent, receivedMicros: number): NewEvent {
  return { ...event, id: mintUuid(Math.floor(receivedMicros / 1000)) }
}
