const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A line of a stream without its end, or the beginning of one that is over the limit. */
export interface Line {
  readonly bytes: Buffer
  readonly isWhole: boolean
}

/**
 * Cuts a stream of bytes into lines, whatever chunks it comes in. A line is told once its end was
 * seen; what follows the last end is nobody's. Of a line over the limit only the beginning is kept,
 * so that memory is bounded. Empty lines are left out.
 */
export class LineSplitter {
  readonly #lineBytesMax: number
  /** The beginning of the line that is being read: at most `lineBytesMax` bytes. */
  #parts: Buffer[] = []
  #keptBytes = 0
  #isWhole = true

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  /** The lines that a further chunk ends. */
  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start)
      this.#keep(chunk.subarray(start, end === -1 ? chunk.length : end))
      if (end === -1) return lines
      const line = this.#take()
      if (line.bytes.length > 0) lines.push(line)
      start = end + 1
    }
  }

  #keep(part: Buffer): void {
    const room = this.#lineBytesMax - this.#keptBytes
    if (part.length > room) this.#isWhole = false
    const kept = part.subarray(0, room)
    if (kept.length === 0) return
    // A copy: a view would hold on to the whole chunk for as long as the line is not ended.
    this.#parts.push(Buffer.from(kept))
    this.#keptBytes += kept.length
  }

  #take(): Line {
    const bytes = Buffer.concat(this.#parts)
    const isWhole = this.#isWhole
    this.#parts = []
    this.#keptBytes = 0
    this.#isWhole = true
    const hasReturn = isWhole && bytes.at(-1) === CARRIAGE_RETURN
    return { bytes: hasReturn ? bytes.subarray(0, -1) : bytes, isWhole }
  }
}
