import { Fault } from '../../core/errors.ts'
import { type Journal, UncertainWrite } from '../journal/journal.ts'
import { type AcceptedRequest, eventCountOf, leafBytesOf } from '../journal/requests.ts'
import {
  GATHER_MS_MAX,
  GROUP_BYTES_MAX,
  GROUP_EVENTS_MAX,
  OVERLOAD_RETRY_AFTER_SECONDS,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  STORE_RETRY_AFTER_SECONDS,
} from '../limits.ts'

/** The events of one request, ready to be accepted. */
export interface Entries extends AcceptedRequest {
  /** Their leaf hashes, 32 bytes each, one behind the other. */
  readonly leaves: Uint8Array
}

/** Where the events of one request were put: without gaps, in their order. */
export interface Placement {
  readonly first: number
  readonly last: number
}

/** What the group commit is told about and asked for by the ledger that owns it. */
export interface GroupCommitOptions {
  readonly journal: Pick<Journal, 'append'>
  /** Seq of the next event. */
  readonly size: number
  /** Called for each group that is durable, in order, before its senders are answered. */
  readonly onCommitted: (group: CommittedGroup) => void
  /** Called for a group that may be durable or not: it will be, before any other group. */
  readonly onUncertain: (group: CommittedGroup) => void
  readonly queueEventsMax?: number
}

/** Requests that were written together. */
export interface CommittedGroup {
  readonly firstSeq: number
  readonly requests: readonly Entries[]
}

interface Waiting {
  readonly entries: Entries
  readonly bytes: number
  readonly resolve: (placement: Placement) => void
  readonly reject: (error: Fault) => void
}

/** A wait for more requests before the next write. */
interface Gathering {
  /** Requests at which it ends at once. */
  readonly enough: number
  readonly timer: NodeJS.Timeout
  readonly resolve: () => void
}

/** How long a group may wait for more, as a share of the time that the write before it took. */
const GATHER_SHARE = 0.2

/**
 * Writes what arrives to the journal in groups: while one write is running the next group gathers,
 * so a lone event waits for no timer and a flood is written in large records.
 *
 * It is the only one that gives out seqs.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions
  readonly #queueEventsMax: number
  #waiting: Waiting[] = []
  #queuedEvents = 0
  #queuedBytes = 0
  #size: number
  /** The write loop while it runs; it ends when nothing waits. */
  #running: Promise<void> | undefined
  #closed = false
  #gathering: Gathering | undefined
  /** Whose write failed: it is written again before anything else, at the same place. */
  #uncertain: CommittedGroup | undefined
  #settling: Promise<void> | undefined
  #refusedAtMs: number | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
    this.#size = options.size
    this.#queueEventsMax = options.queueEventsMax ?? QUEUE_EVENTS_MAX
  }

  /** Seq of the next event. */
  get size(): number {
    return this.#size
  }

  get queuedEvents(): number {
    return this.#queuedEvents
  }

  /** When the latest group could not be written, ms as of `performance.now`; else undefined. */
  get refusedAtMs(): number | undefined {
    return this.#refusedAtMs
  }

  /**
   * Resolves once the entries are durable.
   * @throws Fault `ledger.overloaded`, `server.stopping`, `store.unavailable`.
   */
  add(entries: Entries): Promise<Placement> {
    if (this.#closed) return Promise.reject(new Fault('server.stopping'))
    const count = entries.drafts.length
    const bytes = leafBytesOf(entries)
    const isFull =
      this.#queuedEvents + count > this.#queueEventsMax ||
      this.#queuedBytes + bytes > QUEUE_BYTES_MAX
    if (isFull && this.#queuedEvents > 0) {
      return Promise.reject(
        new Fault('ledger.overloaded', { retryAfterSeconds: OVERLOAD_RETRY_AFTER_SECONDS }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, bytes, resolve, reject })
      this.#queuedEvents += count
      this.#queuedBytes += bytes
      this.#running ??= this.#run()
      if (this.#gathering !== undefined && this.#waiting.length >= this.#gathering.enough) {
        this.#gathered()
      }
    })
  }

  /**
   * Writes the group again whose write failed.
   * @throws Fault `store.unavailable` when it fails once more.
   */
  settle(): Promise<void> {
    this.#settling ??= this.#settle().finally(() => {
      this.#settling = undefined
    })
    return this.#settling
  }

  /** Writes what waits, then refuses more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#gathered()
    await this.#running
  }

  async #run(): Promise<void> {
    // What arrives in the same turn of the event loop belongs in the first group.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup()
      const startedMs = performance.now()
      await this.#write(group)
      for (const { entries, bytes } of group) {
        this.#queuedEvents -= entries.drafts.length
        this.#queuedBytes -= bytes
      }
      if (this.#waiting.length > 0 && !this.#closed) {
        await this.#gather(group.length, (performance.now() - startedMs) * GATHER_SHARE)
      }
    }
    this.#running = undefined
  }

  /**
   * Waits a little for the senders that were just answered: most have another request at once.
   *
   * Without it senders fall into two halves, each waiting for the write of the other, and a small
   * write costs nearly as much as one of all. An idle ledger never comes here.
   */
  #gather(answered: number, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const enough = this.#waiting.length + answered
      const timer = setTimeout(() => this.#gathered(), Math.min(waitMs, GATHER_MS_MAX))
      this.#gathering = { enough, timer, resolve }
    })
  }

  #gathered(): void {
    const gathering = this.#gathering
    this.#gathering = undefined
    clearTimeout(gathering?.timer)
    gathering?.resolve()
  }

  /** Whole requests, as many as fit into one record. */
  #takeGroup(): readonly Waiting[] {
    let requests = 0
    let events = 0
    let bytes = 0
    for (const waiting of this.#waiting) {
      events += waiting.entries.drafts.length
      bytes += waiting.bytes
      if (requests > 0 && (events > GROUP_EVENTS_MAX || bytes > GROUP_BYTES_MAX)) break
      requests += 1
    }
    const group = this.#waiting.slice(0, requests)
    this.#waiting = this.#waiting.slice(requests)
    return group
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const requests = waiting.map(({ entries }) => entries)
    let group: CommittedGroup
    try {
      await this.settle()
      group = { firstSeq: this.#size, requests }
      await this.#append(group)
    } catch (error) {
      this.#refusedAtMs = performance.now()
      const refusal = unavailable(error)
      for (const { reject } of waiting) reject(refusal)
      return
    }
    let seq = group.firstSeq
    for (const { entries: placed, resolve } of waiting) {
      const { length } = placed.drafts
      resolve({ first: seq, last: seq + length - 1 })
      seq += length
    }
  }

  async #append(group: CommittedGroup): Promise<void> {
    const { journal, onCommitted, onUncertain } = this.#options
    try {
      await journal.append(group.requests)
    } catch (error) {
      if (error instanceof UncertainWrite && this.#uncertain === undefined) {
        this.#uncertain = group
        onUncertain(group)
      }
      throw error
    }
    this.#uncertain = undefined
    this.#refusedAtMs = undefined
    this.#size = group.firstSeq + eventCountOf(group.requests)
    onCommitted(group)
  }

  async #settle(): Promise<void> {
    if (this.#uncertain !== undefined) await this.#append(this.#uncertain)
  }
}

/** Every failure to write is one the sender may retry, whatever the disk called it. */
function unavailable(error: unknown): Fault {
  if (error instanceof Fault && error.code === 'store.unavailable') return error
  return new Fault('store.unavailable', {
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause: error,
  })
}
