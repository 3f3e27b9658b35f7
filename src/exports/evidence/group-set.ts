const FIRST_BYTES = 1024
const BITS = 8

/** Groups of 256 events, one bit each: 4 MiB for eight billion events. Iterates in order. */
export class GroupSet implements Iterable<number> {
  #bits = new Uint8Array(FIRST_BYTES)

  add(group: number): void {
    const at = Math.floor(group / BITS)
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length))
      larger.set(this.#bits)
      this.#bits = larger
    }
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (group % BITS))
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const [at, bits] of this.#bits.entries()) {
      for (let bit = 0; bits >> bit > 0; bit += 1) {
        if (((bits >> bit) & 1) === 1) yield at * BITS + bit
      }
    }
  }
}
