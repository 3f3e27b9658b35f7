import { Fault } from '../core/errors.ts'
import type { EncodedRows, EventWriter } from './event-writer.ts'
import {
  GATHER_MS_MAX,
  GROUP_EVENTS_MAX,
  OVERLOAD_RETRY_AFTER_SECONDS,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  STORE_RETRY_AFTER_SECONDS,
} from './limits.ts'
import { leafHash } from './merkle-tree.ts'

/** The events of one request, ready to be stored. */
export interface Entries {
  readonly rows: EncodedRows
  /** Their leaf hashes, 32 bytes each, one behind the other. */
  readonly leaves: Uint8Array
  /** UTC month of receipt, `2026-11`: a group stays inside one, as the store partitions by it. */
  readonly month: string
}

/** Where the events of one request were put: without gaps, in their order. */
export interface Placement {
  readonly first: number
  readonly last: number
}

/** What the group commit is told about and asked for by the ledger that owns it. */
export interface GroupCommitOptions {
  readonly writer: EventWriter
  /** Seq of the next event. */
  readonly size: number
  /** Called once for each stored group, in order, before its senders are answered. */
  readonly onStored: (group: StoredGroup) => void
  readonly queueEventsMax?: number
}

/** A group that is durable, and how long its insert took. */
export interface StoredGroup {
  readonly firstSeq: number
  /** Leaf hashes, 32 bytes each, one behind the other, in some pieces. */
  readonly leaves: readonly Uint8Array[]
  readonly insertMs: number
}

interface Waiting {
  readonly entries: Entries
  readonly count: number
  readonly bytes: number
  readonly resolve: (placement: Placement) => void
  readonly reject: (error: Fault) => void
}

/** A wait for more requests before the next insert. */
interface Gathering {
  /** Requests at which it ends at once. */
  readonly enough: number
  readonly timer: NodeJS.Timeout
  readonly resolve: () => void
}

/** How long a group may wait for more, as a share of the time that the insert before it took. */
const GATHER_SHARE = 0.2

/**
 * Stores what arrives in groups: while one insert is running the next group gathers, so a lone
 * event waits for no timer and a flood is written in large inserts.
 *
 * It is the only writer of the origin and the only one that gives out seqs.
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
  /** Set when an insert failed without an answer: what the store holds has to be asked first. */
  #doubtful = false
  #refusedAtMs: number | undefined

  constructor(options: GroupCommitOptions) {
    this.#options = options
    this.#size = options.size
    this.#queueEventsMax = options.queueEventsMax ?? QUEUE_EVENTS_MAX
  }

  get queuedEvents(): number {
    return this.#queuedEvents
  }

  /** When the latest group could not be stored, ms as of `performance.now`; else undefined. */
  get refusedAtMs(): number | undefined {
    return this.#refusedAtMs
  }

  /**
   * Resolves once the entries are durable.
   * @throws Fault `ledger.overloaded`, `server.stopping`, `store.unavailable`.
   */
  add(entries: Entries): Promise<Placement> {
    if (this.#closed) return Promise.reject(new Fault('server.stopping'))
    const count = entries.rows.starts.length
    const bytes = entries.rows.bytes.length
    const isFull =
      this.#queuedEvents + count > this.#queueEventsMax ||
      this.#queuedBytes + bytes > QUEUE_BYTES_MAX
    if (isFull && this.#queuedEvents > 0) {
      return Promise.reject(
        new Fault('ledger.overloaded', { retryAfterSeconds: OVERLOAD_RETRY_AFTER_SECONDS }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, count, bytes, resolve, reject })
      this.#queuedEvents += count
      this.#queuedBytes += bytes
      this.#running ??= this.#run()
      if (this.#gathering !== undefined && this.#waiting.length >= this.#gathering.enough) {
        this.#gathered()
      }
    })
  }

  /** Stores what waits, then refuses more. */
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
      await this.#store(group)
      for (const { count, bytes } of group) {
        this.#queuedEvents -= count
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
   * Without it senders fall into two halves, each waiting for the insert of the other, and a small
   * insert costs nearly as much as one of all. An idle ledger never comes here.
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

  /** Whole requests, as many as fit into one insert, received in one month. */
  #takeGroup(): readonly Waiting[] {
    let requests = 0
    let events = 0
    const month = this.#waiting[0]?.entries.month
    for (const { entries, count } of this.#waiting) {
      const isOver = events + count > GROUP_EVENTS_MAX || entries.month !== month
      if (requests > 0 && isOver) break
      requests += 1
      events += count
    }
    const group = this.#waiting.slice(0, requests)
    this.#waiting = this.#waiting.slice(requests)
    return group
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const rows = group.map(({ entries }) => entries.rows)
    const leaves = group.map(({ entries }) => entries.leaves)
    const count = countOf(rows)
    const startedMs = performance.now()
    try {
      await this.#insert(rows, count)
      this.#refusedAtMs = undefined
    } catch (error) {
      this.#refusedAtMs = performance.now()
      const refusal = unavailable(error)
      for (const { reject } of group) reject(refusal)
      return
    }
    const firstSeq = this.#size
    this.#size += count
    this.#options.onStored({ firstSeq, leaves, insertMs: performance.now() - startedMs })
    let seq = firstSeq
    for (const waiting of group) {
      waiting.resolve({ first: seq, last: seq + waiting.count - 1 })
      seq += waiting.count
    }
  }

  /**
   * Inserts the rows at the end of the ledger. An insert that fails may still have stored its
   * group, whole: the store's size tells, and until it can be asked nothing more is written.
   */
  async #insert(rows: readonly EncodedRows[], count: number): Promise<void> {
    const { writer } = this.#options
    if (this.#doubtful) await this.#settle()
    try {
      await writer.insert({ firstSeq: this.#size, rows })
    } catch (error) {
      this.#doubtful = true
      const storedSize = await writer.size()
      this.#doubtful = storedSize !== this.#size && storedSize !== this.#size + count
      if (storedSize !== this.#size + count) throw error
    }
  }

  /** A group that was refused although it was stored: its leaves are taken in now. */
  async #settle(): Promise<void> {
    const storedSize = await this.#options.writer.size()
    if (storedSize < this.#size) {
      throw new Error(`the store lost events: ${storedSize} of ${this.#size} are left`)
    }
    if (storedSize > this.#size) await this.#takeIn(storedSize)
    this.#doubtful = false
  }

  async #takeIn(storedSize: number): Promise<void> {
    const startedMs = performance.now()
    for await (const texts of this.#options.writer.canonicalFrom(this.#size)) {
      const leaves = texts.slice(0, storedSize - this.#size).map(leafHash)
      const firstSeq = this.#size
      this.#size += leaves.length
      this.#options.onStored({ firstSeq, leaves, insertMs: performance.now() - startedMs })
    }
  }
}

function countOf(rows: readonly EncodedRows[]): number {
  let count = 0
  for (const { starts } of rows) count += starts.length
  return count
}

/** Every failure to store is one the sender may retry, whatever the engine called it. */
function unavailable(error: unknown): Fault {
  if (error instanceof Fault && error.code === 'store.unavailable') return error
  return new Fault('store.unavailable', {
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause: error,
  })
}
