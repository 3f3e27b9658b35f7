import { Fault } from '../core/errors.ts'
import { doubling } from '../core/retry.ts'
import type { EncodedRows, EventWriter } from './event-writer.ts'
import type { InsertRange } from './journal/group.ts'
import type { Journal } from './journal/journal.ts'
import {
  CLOSING_INSERTS_MAX,
  FORCED_INSERT_INTERVAL_MS,
  INDEX_BYTES_MAX,
  INDEX_DELAY_MS_MAX,
  INDEX_EVENTS_MAX,
  INDEX_RETRY_MS,
  INDEX_RETRY_MS_MAX,
  STORE_RETRY_AFTER_SECONDS,
} from './limits.ts'
import type { IndexRange, PlacedRequest, Tail } from './tail.ts'

/** What an `Indexer` moves, from where to where. */
export interface IndexerOptions {
  readonly writer: EventWriter
  readonly journal: Pick<Journal, 'noteInsert' | 'free'>
  readonly tail: Tail
  /** The last insert that an earlier process began: repeated, it gets the same events. */
  readonly noted: InsertRange | undefined
  /** Whether events are inserted at once, since their senders wait for it. */
  readonly isAwaited: boolean
  /** Called for each range once the store has it. */
  readonly onIndexed: (range: { readonly firstSeq: number; readonly endSeq: number }) => void
  readonly onTrouble: (error: unknown) => void
}

const pauseMs = doubling(INDEX_RETRY_MS, INDEX_RETRY_MS_MAX)

interface Waiter {
  readonly size: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Feeds the store from the tail of the journal: in order of seq, one insert at a time, in large
 * ones. A range whose insert failed is inserted again exactly as it was, since it may be there.
 */
export class Indexer {
  readonly #options: IndexerOptions
  #waiters: Waiter[] = []
  #range: IndexRange | undefined
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #failure: Fault | undefined
  #forcedMs = Number.NEGATIVE_INFINITY
  #notBeforeMs = 0
  #failures = 0
  #isClosed = false

  constructor(options: IndexerOptions) {
    this.#options = options
  }

  /** Number of events from the begin of the ledger on that the store has. */
  get size(): number {
    return this.#options.tail.firstSeq
  }

  /** Why the last insert failed; undefined when it did not. */
  get failure(): Fault | undefined {
    return this.#failure
  }

  /** To be called when the tail has grown. */
  grown(): void {
    this.#schedule()
  }

  /**
   * Resolves once the store has the first `size` events, and sees to it that it soon has.
   * @throws Fault `store.unavailable` while the store takes none.
   */
  reach(size: number): Promise<void> {
    if (this.size >= size) return Promise.resolve()
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiters.push({ size, resolve, reject })
      this.#schedule()
    })
  }

  /** Inserts what is left, unless the store takes none: then it stays in the journal. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#running
    const { tail, onTrouble } = this.#options
    for (let failed = 0; tail.firstSeq < tail.endSeq && failed < CLOSING_INSERTS_MAX; ) {
      await this.#insertNext()
      if (this.#failure !== undefined) failed += 1
    }
    for (const { reject } of this.#waiters.splice(0)) reject(new Fault('server.stopping'))
    if (this.#failure !== undefined) onTrouble(this.#failure)
  }

  #schedule(): void {
    const { tail } = this.#options
    if (this.#isClosed || this.#running !== undefined || tail.firstSeq >= tail.endSeq) return
    clearTimeout(this.#timer)
    const waitMs = Math.max(this.#dueMs(), this.#notBeforeMs) - performance.now()
    if (waitMs <= 0) this.#start()
    else this.#timer = setTimeout(() => this.#start(), waitMs).unref()
  }

  /** When the next insert is to begin, ms as of `performance.now`. */
  #dueMs(): number {
    const { tail, isAwaited } = this.#options
    const isFull = tail.endSeq - tail.firstSeq >= INDEX_EVENTS_MAX || tail.bytes >= INDEX_BYTES_MAX
    if (isAwaited || isFull || this.#range !== undefined) return 0
    const patientMs = (tail.oldestMs ?? 0) + INDEX_DELAY_MS_MAX
    if (this.#waiters.length === 0) return patientMs
    return Math.min(patientMs, this.#forcedMs + FORCED_INSERT_INTERVAL_MS)
  }

  #start(): void {
    if (this.#waiters.length > 0) this.#forcedMs = performance.now()
    this.#running = this.#insertNext().finally(() => {
      this.#running = undefined
      this.#schedule()
    })
  }

  async #insertNext(): Promise<void> {
    try {
      this.#range ??= await this.#nextRange()
      if (this.#range !== undefined) await this.#insert(this.#range)
      this.#failure = undefined
      this.#failures = 0
    } catch (error) {
      this.#fail(error)
    }
  }

  async #nextRange(): Promise<IndexRange | undefined> {
    const { tail, journal, noted } = this.#options
    const eventsMax = noted?.firstSeq === tail.firstSeq ? noted.count : INDEX_EVENTS_MAX
    const range = await tail.first({ eventsMax, bytesMax: INDEX_BYTES_MAX })
    if (range !== undefined) await journal.noteInsert(range.firstSeq, range.count)
    return range
  }

  async #insert(range: IndexRange): Promise<void> {
    const { writer } = this.#options
    const { firstSeq, count, requests } = range
    try {
      await writer.insert({ firstSeq, rows: encodedRows(writer, requests) })
    } catch (error) {
      await writer.endInserts()
      const size = await writer.size()
      if (size !== firstSeq + count) throw error
    }
    this.#range = undefined
    await this.#advance(range)
  }

  async #advance({ firstSeq, count }: IndexRange): Promise<void> {
    const { tail, journal, onIndexed, onTrouble } = this.#options
    const endSeq = firstSeq + count
    tail.drop(endSeq)
    onIndexed({ firstSeq, endSeq })
    const reached = this.#waiters.filter(({ size }) => size <= endSeq)
    this.#waiters = this.#waiters.filter(({ size }) => size > endSeq)
    for (const { resolve } of reached) resolve()
    await journal.free(endSeq).catch(onTrouble)
  }

  #fail(error: unknown): void {
    if (this.#failure === undefined) this.#options.onTrouble(error)
    this.#failure = unavailable(error)
    this.#failures += 1
    this.#notBeforeMs = performance.now() + pauseMs(this.#failures)
    for (const { reject } of this.#waiters.splice(0)) reject(this.#failure)
  }
}

/** Requests without a key have their rows in common: those of many senders are one piece. */
function encodedRows(
  writer: EventWriter,
  requests: readonly PlacedRequest[],
): readonly EncodedRows[] {
  const rows: EncodedRows[] = []
  for (let start = 0; start < requests.length; ) {
    const name = requests[start]?.request ?? ''
    let end = start + 1
    while (name === '' && requests[end]?.request === '') end += 1
    const drafts = requests.slice(start, end).flatMap((request) => request.drafts)
    rows.push(writer.encode(drafts, name))
    start = end
  }
  return rows
}

function unavailable(error: unknown): Fault {
  return new Fault('store.unavailable', {
    detail: 'the store takes no events; those that were accepted are in the journal',
    retryAfterSeconds: STORE_RETRY_AFTER_SECONDS,
    cause: error,
  })
}
