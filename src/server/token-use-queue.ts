import type { Draft } from '../core/draft.ts'
import type { NewEvent } from '../core/new-event.ts'
import { parseNewEvent } from '../core/parse-event.ts'
import type { Clock } from '../core/timestamp.ts'
import { mintUuid } from '../core/uuid.ts'
import type { Append } from '../ledger/append.ts'
import { OWN_SOURCE_KIND } from '../ledger/audit-trail.ts'

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

/** Where events go. */
export interface TokenUseQueueOptions {
  readonly append: Append
  readonly origin: string
  readonly clock: Clock
  /** Told of what could not be stored. */
  readonly trouble: (facts: object, message: string) => void
}

/**
 * Stores events in the background, in order and in batches. What the ledger refuses is given to it
 * again, under the same ids, so that it is stored once. When more come than are stored, an event
 * tells how many were left out.
 */
export class TokenUseQueue {
  readonly #options: TokenUseQueueOptions
  #waiting: NewEvent[] = []
  /** The batch that is being stored, or was refused. */
  #batch: readonly Draft[] = []
  readonly #leftOut = new Map<string, number>()
  #storing: Promise<void> | undefined
  #restUntilMs = 0

  constructor(options: TokenUseQueueOptions) {
    this.#options = options
  }

  add(tenant: string, event: NewEvent): void {
    if (this.#waiting.length >= QUEUED_EVENTS_MAX) {
      this.leaveOut(tenant)
      return
    }
    this.#waiting.push(event)
    if (this.#waiting.length >= BATCH_EVENTS) this.flush()
  }

  leaveOut(tenant: string): void {
    this.#leftOut.set(tenant, (this.#leftOut.get(tenant) ?? 0) + 1)
  }

  /** Begins to store what waits, unless a batch is on its way or was just refused. */
  flush(): void {
    const isDue = this.#waiting.length + this.#batch.length + this.#leftOut.size > 0
    if (!isDue || this.#storing !== undefined || Date.now() < this.#restUntilMs) return
    this.#storing = this.#store().finally(() => {
      this.#storing = undefined
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
      if (this.#batch.length > 0) refusals += 1
    }
    const lost = this.#batch.length + this.#waiting.length
    this.#options.trouble({ lost }, 'uses of tokens could not be stored')
  }

  async #store(): Promise<void> {
    try {
      if (this.#batch.length === 0) this.#batch = this.#nextBatch()
      if (this.#batch.length > 0) await this.#options.append({ drafts: this.#batch })
      this.#batch = []
    } catch (error) {
      this.#restUntilMs = Date.now() + RETRY_MS
      this.#options.trouble({ err: error }, 'uses of tokens are stored later')
    }
  }

  #nextBatch(): readonly Draft[] {
    const events = this.#waiting.splice(0, BATCH_EVENTS_MAX)
    for (const [tenant, count] of this.#leftOut) events.push(leftOutEvent(tenant, count))
    this.#leftOut.clear()
    // One moment for all of them: what is appended together lies in one partition of the store.
    const receivedMicros = this.#options.clock()
    return events.flatMap((event) => this.#draft(event, receivedMicros) ?? [])
  }

  #draft(event: NewEvent, receivedMicros: number): Draft | undefined {
    const { origin, trouble } = this.#options
    try {
      return parseNewEvent(
        { ...event, id: mintUuid(Math.floor(receivedMicros / 1000)) },
        {
          receivedMicros,
          tenant: event.tenant ?? '',
          anyTenant: true,
          source: { kind: OWN_SOURCE_KIND, name: origin },
        },
      )
    } catch (error) {
      trouble({ err: error }, 'a use of a token makes no event')
      return undefined
    }
  }
}

function leftOutEvent(tenant: string, count: number): NewEvent {
  return {
    tenant,
    action: 'token.leave-out-uses',
    level: 'warn',
    outcome: 'failure',
    actor: { kind: 'system' },
    target: { type: 'token' },
    message: `${count} uses of tokens came faster than they could be stored, and were left out`,
    details: { count },
  }
}
