import { Fault } from '../core/errors.ts'
import type { EncodedRow, EventWriter } from './event-writer.ts'
import {
  GROUP_EVENTS_MAX,
  OVERLOAD_RETRY_AFTER_SECONDS,
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  STORE_RETRY_AFTER_SECONDS,
} from './limits.ts'
import { leafHash } from './merkle-tree.ts'

/** An event that is ready to be stored. */
export interface Entry {
  readonly row: EncodedRow
  /** Its leaf hash, 32 bytes. */
  readonly leaf: Uint8Array
  /** UTC month of receipt, `2026-11`: a group stays inside one, as the store partitions by it. */
  readonly month: string
}

/** Where the entries of one request were put: without gaps, in their order. */
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
  readonly leaves: readonly Uint8Array[]
  readonly insertMs: number
}

interface Waiting {
  readonly entries: readonly Entry[]
  readonly bytes: number
  readonly resolve: (placement: Placement) => void
  readonly reject: (error: Fault) => void
}

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
  /** Set when an insert failed without an answer: what the store holds has to be asked first. */
  #doubtful = false

  constructor(options: GroupCommitOptions) {
    this.#options = options
    this.#size = options.size
    this.#queueEventsMax = options.queueEventsMax ?? QUEUE_EVENTS_MAX
  }

  get queuedEvents(): number {
    return this.#queuedEvents
  }

  /**
   * Resolves once the entries are durable.
   * @throws Fault `ledger.overloaded`, `server.stopping`, `store.unavailable`.
   */
  add(entries: readonly Entry[]): Promise<Placement> {
    if (this.#closed) return Promise.reject(new Fault('server.stopping'))
    let bytes = 0
    for (const entry of entries) bytes += entry.row.length
    const isFull =
      this.#queuedEvents + entries.length > this.#queueEventsMax ||
      this.#queuedBytes + bytes > QUEUE_BYTES_MAX
    if (isFull && this.#queuedEvents > 0) {
      return Promise.reject(
        new Fault('ledger.overloaded', { retryAfterSeconds: OVERLOAD_RETRY_AFTER_SECONDS }),
      )
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entries, bytes, resolve, reject })
      this.#queuedEvents += entries.length
      this.#queuedBytes += bytes
      this.#running ??= this.#run()
    })
  }

  /** Stores what waits, then refuses more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    // What arrives in the same turn of the event loop belongs in the first group.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup()
      await this.#store(group)
      for (const { entries, bytes } of group) {
        this.#queuedEvents -= entries.length
        this.#queuedBytes -= bytes
      }
    }
    this.#running = undefined
  }

  /** Whole requests, as many as fit into one insert, received in one month. */
  #takeGroup(): readonly Waiting[] {
    let count = 0
    let events = 0
    const month = this.#waiting[0]?.entries[0]?.month
    for (const { entries } of this.#waiting) {
      const isOtherMonth = entries.some((entry) => entry.month !== month)
      if (count > 0 && (events + entries.length > GROUP_EVENTS_MAX || isOtherMonth)) break
      count += 1
      events += entries.length
    }
    const group = this.#waiting.slice(0, count)
    this.#waiting = this.#waiting.slice(count)
    return group
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    const rows: EncodedRow[] = []
    const leaves: Uint8Array[] = []
    for (const { entries } of group) {
      for (const entry of entries) {
        rows.push(entry.row)
        leaves.push(entry.leaf)
      }
    }
    const startedMs = performance.now()
    try {
      await this.#insert(rows)
    } catch (error) {
      const refusal = unavailable(error)
      for (const { reject } of group) reject(refusal)
      return
    }
    const firstSeq = this.#size
    this.#size += rows.length
    this.#options.onStored({ firstSeq, leaves, insertMs: performance.now() - startedMs })
    let seq = firstSeq
    for (const { entries, resolve } of group) {
      resolve({ first: seq, last: seq + entries.length - 1 })
      seq += entries.length
    }
  }

  /**
   * Inserts the rows at the end of the ledger. An insert that fails may still have stored its
   * group, whole: the store's size tells, and until it can be asked nothing more is written.
   */
  async #insert(rows: readonly EncodedRow[]): Promise<void> {
    const { writer } = this.#options
    if (this.#doubtful) await this.#settle()
    try {
      await writer.insert({ firstSeq: this.#size, rows })
    } catch (error) {
      this.#doubtful = true
      const storedSize = await writer.size()
      this.#doubtful = storedSize !== this.#size && storedSize !== this.#size + rows.length
      if (storedSize !== this.#size + rows.length) throw error
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

/** Every failure to store is one the sender may retry, whatever the engine called it. */
function unavailable(error: unknown): Fault {
  if (error instanceof Fault && error.code === 'store.unavailable') return error
  return new Fault('store.unavailable', {
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause: error,
  })
}
