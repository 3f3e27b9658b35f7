/** A fixed set of ASCII words that can be looked up in bytes without creating a string. */
export class ByteWords<Meaning> {
  /** By length: few words share one, so each lookup is short. */
  readonly #byLength: (readonly Word<Meaning>[])[] = []

  constructor(meanings: Readonly<Record<string, Meaning>>) {
    for (const [text, meaning] of Object.entries(meanings)) {
      while (this.#byLength.length <= text.length) this.#byLength.push([])
      const others = this.#byLength[text.length] ?? []
      this.#byLength[text.length] = [...others, { bytes: Buffer.from(text, 'latin1'), meaning }]
    }
  }

  /** The meaning of the word between two indexes; undefined when it is not in the set. */
  find(bytes: Uint8Array, start: number, end: number): Meaning | undefined {
    const words = this.#byLength[end - start]
    if (words === undefined) return undefined
    for (const word of words) if (isAt(bytes, start, word.bytes)) return word.meaning
    return undefined
  }
}

interface Word<Meaning> {
  readonly bytes: Uint8Array
  readonly meaning: Meaning
}

/** Compares from the end, where words of one length differ more often. */
function isAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = word.length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== word[index]) return false
  }
  return true
}
