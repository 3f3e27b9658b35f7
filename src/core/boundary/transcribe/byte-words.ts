/** A fixed set of ASCII words that are looked for in bytes, without making a string of them. */
export class ByteWords<Meaning> {
  /** By length: few words have the same, so looking through them is quick. */
  readonly #byLength: (readonly Word<Meaning>[])[] = []

  constructor(meanings: Readonly<Record<string, Meaning>>) {
    for (const [text, meaning] of Object.entries(meanings)) {
      while (this.#byLength.length <= text.length) this.#byLength.push([])
      const others = this.#byLength[text.length] ?? []
      this.#byLength[text.length] = [...others, { bytes: Buffer.from(text, 'latin1'), meaning }]
    }
  }

  /** What the word between two indexes means; undefined when it is none of the set. */
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

/** From the end: words of one length differ there more often than at their beginning. */
function isAt(bytes: Uint8Array, start: number, word: Uint8Array): boolean {
  for (let index = word.length - 1; index >= 0; index -= 1) {
    if (bytes[start + index] !== word[index]) return false
  }
  return true
}
