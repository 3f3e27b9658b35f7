/**
 * A hash of 64 bits in two halves. It is not cryptographic: an equal fingerprint only means that
 * the store is asked, so a forged one costs its sender time, and no sender an event.
 */
export interface Fingerprint {
  readonly high: number
  readonly low: number
}

/** The fingerprint of a text, by its bytes in UTF-8. */
export function fingerprintOf(text: string): Fingerprint {
  const hasher = new FingerprintHasher()
  hasher.add(Buffer.from(text))
  return hasher.finish()
}

/** Makes the fingerprint of a text from its parts: two lanes of multiply-and-rotate mixing. */
export class FingerprintHasher {
  #high = HIGH_SEED
  #low = LOW_SEED
  #length = 0

  add(bytes: Uint8Array, start = 0, end = bytes.length): void {
    let high = this.#high
    let low = this.#low
    for (let index = start; index < end; index += 1) {
      const byte = bytes[index] ?? 0
      high = Math.imul(high ^ byte, 0xcc9e2d51)
      high = (high << 13) | (high >>> 19)
      low = Math.imul(low ^ byte, 0x1b873593)
      low = (low << 15) | (low >>> 17)
    }
    this.#high = high
    this.#low = low
    this.#length += end - start
  }

  /** The fingerprint of all that was added; what is added next begins another one. */
  finish(): Fingerprint {
    const high = this.#high ^ this.#length
    const low = this.#low
    this.#high = HIGH_SEED
    this.#low = LOW_SEED
    this.#length = 0
    return { high: mix(high ^ low), low: mix(low + Math.imul(high, 5)) }
  }
}

const HIGH_SEED = 0x9e3779b9 | 0
const LOW_SEED = 0x85ebca6b | 0

/** The final avalanche of MurmurHash3: every bit of the input changes half of the bits. */
function mix(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/**
 * A set of fingerprints in four bytes a slot: open addressing, the place from one half, the value
 * from the other. It never forgets; it takes a fingerprint that was not added for one that was
 * about once in a billion look-ups.
 */
export class FingerprintSet {
  readonly #slots: Uint32Array
  readonly #mask: number
  #count = 0

  /** @param slots how many four-byte slots, a power of two; at most 80 % of them should be used. */
  constructor(slots: number | Uint32Array, count = 0) {
    this.#slots = typeof slots === 'number' ? new Uint32Array(slots) : slots
    this.#mask = this.#slots.length - 1
    this.#count = count
  }

  get count(): number {
    return this.#count
  }

  /** The slots as they are kept on disk. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#slots.buffer, this.#slots.byteOffset, this.#slots.byteLength)
  }

  has(fingerprint: Fingerprint): boolean {
    return this.#slots[this.#find(fingerprint)] !== 0
  }

  add(fingerprint: Fingerprint): void {
    const place = this.#find(fingerprint)
    if (this.#slots[place] !== 0) return
    this.#slots[place] = slotValue(fingerprint)
    this.#count += 1
  }

  /** Where the fingerprint is, or the empty slot where it would be. */
  #find(fingerprint: Fingerprint): number {
    const value = slotValue(fingerprint)
    let place = fingerprint.high & this.#mask
    while (this.#slots[place] !== 0 && this.#slots[place] !== value) {
      place = (place + 1) & this.#mask
    }
    return place
  }
}

/** Zero marks an empty slot, so the one fingerprint that would be zero is kept as one. */
function slotValue(fingerprint: Fingerprint): number {
  return fingerprint.low === 0 ? 1 : fingerprint.low
}
