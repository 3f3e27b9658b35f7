import { BACKSLASH, NEWLINE, QUOTE } from '../../../../core/boundary/transcribe/json-bytes.ts'

/** A part of an archive: the text of a row, or of something else between rows. */
export interface ArchivePart {
  readonly text: string
  /** Why it is not a row; absent for text that begins and ends like an object. */
  readonly problem?: string
}

/** Characters that are kept of a row that is too long. */
const KEPT_LENGTH = 64 * 1024

/**
 * Splits the text of an archive, either one list or one row per line, into its rows. Text that is
 * not a row, a row that ends with its line, and one that is too long do not affect the following
 * rows, because nothing is parsed here.
 */
export class ArchiveSplitter {
  readonly #rowLengthMax: number
  #pending = ''
  /** Where the scan continues in `#pending`. */
  #position = 0
  #depth = 0
  #inString = false
  #list: 'unknown' | 'none' | 'open' | 'closed' = 'unknown'
  /** The beginning of a row that is too long. */
  #beginning: string | undefined

  /** @param rowLengthMax longest text of one row, in UTF-16 units. */
  constructor(rowLengthMax: number) {
    this.#rowLengthMax = rowLengthMax
  }

  /** Whether the text so far begins like an archive. */
  get isArchive(): boolean {
    return this.#list !== 'unknown'
  }

  /** Whether a row, or the list of rows, has begun and not ended. */
  get isOpen(): boolean {
    return this.#depth > 0 || this.#list === 'open'
  }

  /** The text of the unterminated part. */
  get rest(): string {
    return this.#beginning ?? this.#pending.trim()
  }

  /**
   * The parts that a further piece of the text completes. Undefined when the text is not an
   * archive: it begins with neither a list nor an object.
   */
  push(chunk: string): readonly ArchivePart[] | undefined {
    const parts: ArchivePart[] = []
    const text = this.#pending + chunk
    let start = 0
    let position = this.#position
    const end = (problem?: string) => {
      const part = this.#part(text.slice(start, position), problem)
      if (part !== undefined) parts.push(part)
      start = position
    }
    for (; position < text.length; position += 1) {
      const code = text.charCodeAt(position)
      if (this.#inString) {
        if (code === BACKSLASH) position += 1
        else if (code === QUOTE) this.#inString = false
        else if (code === NEWLINE) {
          this.#inString = false
          this.#depth = 0
          end('its line ends before the row does')
        }
      } else if (this.#depth > 0) {
        if (code === QUOTE) this.#inString = true
        else if (isOpening(code)) this.#depth += 1
        else if (isClosing(code)) {
          this.#depth -= 1
          if (this.#depth > 0) continue
          position += 1
          end()
          position -= 1
        }
      } else if (code === 0x7b) {
        end('it is between two rows')
        if (this.#list === 'unknown') this.#list = 'none'
        this.#depth = 1
      } else if (isBetweenRows(code)) {
        end('it is between two rows')
        if (code === 0x5b) this.#list = 'open'
        if (code === 0x5d && this.#list === 'open') this.#list = 'closed'
        start = position + 1
      } else if (this.#list === 'unknown') return undefined
    }
    this.#keep(text, start, position)
    return parts
  }

  #part(text: string, problem: string | undefined): ArchivePart | undefined {
    const beginning = this.#beginning
    this.#beginning = undefined
    if (beginning !== undefined) {
      return { text: beginning, problem: `it is longer than ${this.#rowLengthMax} characters` }
    }
    if (text.trim() === '') return undefined
    return problem === undefined ? { text } : { text: text.trim(), problem }
  }

  #keep(text: string, start: number, position: number): void {
    this.#pending = text.slice(start)
    if (this.#pending.length > this.#rowLengthMax) {
      this.#beginning ??= this.#pending.slice(0, KEPT_LENGTH)
      this.#pending = ''
    }
    this.#position = position - text.length + this.#pending.length
  }
}

function isOpening(code: number): boolean {
  return code === 0x7b || code === 0x5b
}

function isClosing(code: number): boolean {
  return code === 0x7d || code === 0x5d
}

/** Whitespace, a comma, a bracket of a list, or a byte-order mark. */
function isBetweenRows(code: number): boolean {
  return code <= 0x20 || code === 0x2c || code === 0x5b || code === 0x5d || code === 0xfeff
}
