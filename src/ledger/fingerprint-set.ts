/**
 * A hash of 64 bits in two halves. It is not cryptographic: an equal fingerprint only means that
 * the store is asked, so a forged one costs its sender time and nobody an event.
 */
export interface Fingerprint {
  readonly high: number
  readonly low: number
}

/** The fingerprint of a text (two lanes of multiply-and-rotate mixing over UTF-16 units). */
export function fingerprintOf(text: string): Fingerprint {
  let high = 0x9e3779b9 ^ text.length
  let low = 0x85ebca6b
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 0xcc9e2d51)
    high = (high << 13) | (high >>> 19)
    low = Math.imul(low ^ unit, 0x1b873593)
    low = (low << 15) | (low >>> 17)
  }
  return { high: mix(high ^ low), low: mix(low + Math.imul(high, 5)) }
}

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
