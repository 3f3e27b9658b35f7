import { formatTimestamp } from '../core/time/timestamp.ts'
import type { JournalGroup } from './journal/group.ts'
import { type AcceptedRequest, leafBytesOf } from './journal/requests.ts'
import { TAIL_BYTES_MAX } from './limits.ts'

/** An accepted request with its place in the ledger. */
export interface PlacedRequest extends AcceptedRequest {
  readonly firstSeq: number
}

/** Consecutive events that are inserted together. */
export interface IndexRange {
  readonly firstSeq: number
  readonly count: number
  readonly requests: readonly PlacedRequest[]
}

/** How large a range may be. A single request may be larger. */
export interface RangeLimits {
  readonly eventsMax: number
  readonly bytesMax: number
}

interface TailItem {
  readonly placed: PlacedRequest
  readonly bytes: number
  /** When it was accepted, ms as of `performance.now`. */
  readonly acceptedMs: number
}

/** Where groups are read that memory has no room for. */
export interface GroupSource {
  readFrom(seq: number): AsyncIterable<JournalGroup>
}

/**
 * What is accepted and not yet in the store, oldest first. It is in memory up to `TAIL_BYTES_MAX`
 * bytes of canonical JSON; the rest is read back from the journal when its turn comes.
 */
export class Tail {
  readonly #journal: GroupSource
  readonly #bytesMax: number
  #items: TailItem[] = []
  /** Items in front of this one are taken. */
  #taken = 0
  #bytes = 0
  #heldBytes = 0
  #firstSeq: number
  #endSeq: number
  /** End of what memory holds; what follows up to `#endSeq` is in the journal alone. */
  #heldSeq: number

  /** @param firstSeq the seq of the first event that the store lacks. */
  constructor(journal: GroupSource, firstSeq: number, bytesMax = TAIL_BYTES_MAX) {
    this.#journal = journal
    this.#bytesMax = bytesMax
    this.#firstSeq = firstSeq
    this.#endSeq = firstSeq
    this.#heldSeq = firstSeq
  }

  /** Seq of the first event that the store lacks. */
  get firstSeq(): number {
    return this.#firstSeq
  }

  /** Seq of the next event. */
  get endSeq(): number {
    return this.#endSeq
  }

  /** Bytes of canonical JSON that the store lacks. */
  get bytes(): number {
    return this.#bytes
  }

  /** When the oldest event was accepted, ms as of `performance.now`; undefined without any. */
  get oldestMs(): number | undefined {
    return this.#items[this.#taken]?.acceptedMs
  }

  /** Sets the seq of the next event while there are none. */
  begin(seq: number): void {
    this.#firstSeq = seq
    this.#endSeq = seq
    this.#heldSeq = seq
  }

  add(placed: PlacedRequest): void {
    const count = placed.drafts.length
    const bytes = leafBytesOf(placed)
    const isNext = this.#heldSeq === this.#endSeq
    const hasRoom = this.#heldBytes === 0 || this.#heldBytes + bytes <= this.#bytesMax
    this.#endSeq = placed.firstSeq + count
    this.#bytes += bytes
    if (isNext && hasRoom) this.#hold({ placed, bytes, acceptedMs: performance.now() })
  }

  /**
   * The first events without a gap between them, as many as fit; one request at least. Undefined
   * when there are none.
   */
  async first({ eventsMax, bytesMax }: RangeLimits): Promise<IndexRange | undefined> {
    if (this.#firstSeq >= this.#endSeq) return undefined
    if (this.#taken >= this.#items.length) await this.#readBack()
    const first = this.#items[this.#taken]?.placed
    if (first === undefined) throw new Error(`the journal lacks the events at ${this.#firstSeq}`)
    const { firstSeq } = first
    const requests: PlacedRequest[] = []
    let count = 0
    let bytes = 0
    const month = monthOf(first)
    for (const item of this.#items.slice(this.#taken)) {
      const { drafts } = item.placed
      const isOver = count + drafts.length > eventsMax || bytes + item.bytes > bytesMax
      const isNext = item.placed.firstSeq === firstSeq + count && monthOf(item.placed) === month
      if (requests.length > 0 && (isOver || !isNext)) break
      requests.push(item.placed)
      count += drafts.length
      bytes += item.bytes
    }
    return { firstSeq, count, requests }
  }

  /** Lets go of the events in front of `seq`, which the store has. */
  drop(seq: number): void {
    this.#firstSeq = seq
    for (;;) {
      const item = this.#items[this.#taken]
      if (item === undefined || endOf(item.placed) > seq) break
      this.#bytes -= item.bytes
      this.#heldBytes -= item.bytes
      this.#taken += 1
    }
    if (this.#taken * 2 < this.#items.length) return
    this.#items = this.#items.slice(this.#taken)
    this.#taken = 0
  }

  /** The request that the event at `seq` came in. */
  async requestAt(seq: number): Promise<PlacedRequest | undefined> {
    const held = this.#items.find(({ placed }) => placed.firstSeq <= seq && seq < endOf(placed))
    if (held !== undefined) return held.placed
    try {
      for await (const group of this.#journal.readFrom(Math.max(seq, this.#firstSeq))) {
        return placedRequests(group).find((p) => p.firstSeq <= seq && seq < endOf(p))
      }
    } catch (error) {
      // Once the store has the event its segment is removed.
      if (seq >= this.#firstSeq) throw error
    }
    return undefined
  }

  async #readBack(): Promise<void> {
    const endSeq = this.#endSeq
    for await (const group of this.#journal.readFrom(this.#heldSeq)) {
      for (const whole of placedRequests(group)) {
        const placed = restOf(whole, this.#heldSeq)
        if (placed.drafts.length === 0 || placed.firstSeq >= endSeq) continue
        this.#hold({ placed, bytes: leafBytesOf(placed), acceptedMs: performance.now() })
      }
      if (this.#heldSeq >= endSeq || this.#heldBytes >= this.#bytesMax / 2) return
    }
  }

  #hold(item: TailItem): void {
    this.#items.push(item)
    this.#heldBytes += item.bytes
    this.#heldSeq = endOf(item.placed)
  }
}

/** The requests of a group with their places. */
export function placedRequests({
  firstSeq,
  requests,
}: Pick<JournalGroup, 'firstSeq' | 'requests'>): readonly PlacedRequest[] {
  let seq = firstSeq
  return requests.map(({ drafts, request }) => {
    const placed = { drafts, request, firstSeq: seq }
    seq += drafts.length
    return placed
  })
}

/** What a request has at or after `seq`. */
export function restOf(placed: PlacedRequest, seq: number): PlacedRequest {
  const known = Math.max(0, seq - placed.firstSeq)
  if (known === 0) return placed
  return { ...placed, firstSeq: placed.firstSeq + known, drafts: placed.drafts.slice(known) }
}

function endOf({ firstSeq, drafts }: PlacedRequest): number {
  return firstSeq + drafts.length
}

/** UTC month of receipt, which the store partitions by: all events of a request share it. */
function monthOf({ drafts }: PlacedRequest): string {
  const [draft] = drafts
  return draft === undefined ? '' : formatTimestamp(draft.receivedMicros).slice(0, 7)
}
