import type { Fingerprint } from './fingerprint-set.ts'

const CHUNK_SLOTS_MIN = 2 ** 10
const CHUNK_SLOTS_MAX = 2 ** 20
/** Part of the slots that are used before another chunk begins. */
const FILL_MAX = 0.7

/**
 * Places of names that the store may lack: the seqs of events by the fingerprints of their names,
 * and of the first events of requests by those of their Idempotency-Keys. 23 to 46 bytes a name;
 * the journal's size bounds how many there are. What is found is compared with the event itself.
 */
export class PendingNames {
  /** Oldest first; each is twice as large as the one before, up to a limit. */
  #chunks: Chunk[] = []

  add(name: Fingerprint, seq: number): void {
    const newest = this.#chunks.at(-1)
    if (newest?.add(name, seq) === true) return
    const slots = newest === undefined ? CHUNK_SLOTS_MIN : newest.slots * 2
    const chunk = new Chunk(Math.min(slots, CHUNK_SLOTS_MAX))
    chunk.add(name, seq)
    this.#chunks.push(chunk)
  }

  /** Seqs at or after `fromSeq` at which the name may be. */
  find(name: Fingerprint, fromSeq: number): readonly number[] {
    return this.#chunks.flatMap((chunk) => chunk.find(name)).filter((seq) => seq >= fromSeq)
  }

  /** Forgets names in front of `seq`, a chunk at a time. */
  forgetBefore(seq: number): void {
    const kept = this.#chunks.findIndex(({ lastSeq }) => lastSeq >= seq)
    if (kept !== 0) this.#chunks = kept < 0 ? [] : this.#chunks.slice(kept)
  }
}

/** A hash table with open addressing that only grows. */
class Chunk {
  readonly slots: number
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  /** A seq plus one; 0 in an empty slot. */
  readonly #seqs: Float64Array
  #count = 0
  lastSeq = -1

  constructor(slots: number) {
    this.slots = slots
    this.#high = new Uint32Array(slots)
    this.#low = new Uint32Array(slots)
    this.#seqs = new Float64Array(slots)
  }

  /** False when there is no room. */
  add({ high, low }: Fingerprint, seq: number): boolean {
    if (this.#count >= this.slots * FILL_MAX) return false
    let place = high & (this.slots - 1)
    while (this.#seqs[place] !== 0) place = (place + 1) & (this.slots - 1)
    this.#high[place] = high
    this.#low[place] = low
    this.#seqs[place] = seq + 1
    this.#count += 1
    this.lastSeq = Math.max(this.lastSeq, seq)
    return true
  }

  find({ high, low }: Fingerprint): readonly number[] {
    const found: number[] = []
    for (let place = high & (this.slots - 1); ; place = (place + 1) & (this.slots - 1)) {
      const seq = this.#seqs[place] ?? 0
      if (seq === 0) return found
      if (this.#high[place] === high >>> 0 && this.#low[place] === low >>> 0) found.push(seq - 1)
    }
  }
}
