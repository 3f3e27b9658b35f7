const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** A line of a stream without its end, or the beginning of one that exceeds the limit. */
export interface Line {
  readonly bytes: Buffer
  readonly isWhole: boolean
}

/**
 * Splits a stream of bytes into lines, however it is chunked. A line is returned once its end has
 * been seen; an unterminated last line is dropped. Only the beginning of a line over the limit is
 * kept, so that memory stays bounded. Empty lines are skipped.
 */
export class LineSplitter {
  readonly #lineBytesMax: number
  /** The beginning of the current line: at most `lineBytesMax` bytes. */
  #parts: Buffer[] = []
  #keptBytes = 0
  #isWhole = true

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  /** The lines that this chunk completes. */
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
    // A copy, because a view would keep the whole chunk in memory until the line ends.
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
