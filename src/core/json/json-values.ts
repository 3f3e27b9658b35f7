import { cutText } from '../cut-text.ts'
import { EVENT_BYTES_MAX } from '../limits.ts'

/** One JSON object of an input, unchanged except for line breaks. */
export interface InputValue {
  /** On one line. */
  readonly text: string
  /** Line of its first character, from 1. */
  readonly line: number
}

/** The input cannot be read as JSON objects. */
export class InputError extends Error {
  readonly line: number

  constructor(message: string, options: ErrorOptions & { readonly line: number }) {
    super(message, options)
    this.name = 'InputError'
    this.line = options.line
  }
}

/** Characters of a broken line that its error repeats, in UTF-16 units. */
const EXCERPT_LENGTH = 60
/**
 * Longest text of one object, in UTF-16 units; it allows for indentation, which events do not keep.
 */
const VALUE_LENGTH_MAX = 4 * EVENT_BYTES_MAX

/** How JSON text is split. */
export interface SplitOptions {
  /** Longest text of one object, in UTF-16 units; default that of four events. */
  readonly valueLengthMax?: number
}

/**
 * Splits JSON text into its objects, in memory bounded by the largest of them. It accepts
 * newline-delimited JSON, consecutive objects over several lines, and one array of objects.
 *
 * `undefined` marks the end of each chunk, so that callers can act before the next one arrives.
 *
 * @throws InputError with the line, also for an object that is not valid JSON.
 */
export async function* splitJsonValues(
  chunks: AsyncIterable<string>,
  { valueLengthMax = VALUE_LENGTH_MAX }: SplitOptions = {},
): AsyncGenerator<InputValue | undefined> {
  const splitter = new JsonSplitter(valueLengthMax)
  for await (const chunk of chunks) {
    yield* splitter.push(chunk)
    yield undefined
  }
  splitter.end()
}

class JsonSplitter {
  readonly #valueLengthMax: number
  #pending = ''
  /** Where the scan continues in `#pending`. */
  #position = 0
  #depth = 0
  #inString = false
  #inArray: 'unknown' | 'no' | 'yes' | 'closed' = 'unknown'
  #line = 1
  #startLine = 1

  constructor(valueLengthMax: number) {
    this.#valueLengthMax = valueLengthMax
  }

  /** The objects that a further part of the input completes. */
  push(chunk: string): readonly InputValue[] {
    const found: InputValue[] = []
    const text = this.#pending + chunk
    let start = 0
    let position = this.#position
    for (; position < text.length; position += 1) {
      const code = text.charCodeAt(position)
      if (code === 0x0a) {
        this.#line += 1
        this.#refuseBrokenLine(text, start, position)
      }
      if (this.#inString) {
        if (code === 0x5c) position += 1
        else if (code === 0x22) this.#inString = false
      } else if (this.#depth === 0) {
        if (this.#between(code)) start = position
      } else if (code === 0x22) this.#inString = true
      else if (code === 0x7b || code === 0x5b) this.#depth += 1
      else if (code === 0x7d || code === 0x5d) {
        this.#depth -= 1
        if (this.#depth === 0) {
          found.push(this.#value(text.slice(start, position + 1)))
          start = position + 1
        }
      }
    }
    this.#keep(text, start, position)
    return found
  }

  end(): void {
    if (this.#depth > 0) throw new InputError('the object is not closed', { line: this.#startLine })
    if (this.#inArray === 'yes')
      throw new InputError('the array is not closed', { line: this.#line })
  }

  /** Handles a character between objects; returns whether an object begins with it. */
  #between(code: number): boolean {
    if (code <= 0x20 || code === 0xfeff) return false
    if (code === 0x7b && this.#inArray !== 'closed') {
      if (this.#inArray === 'unknown') this.#inArray = 'no'
      this.#depth = 1
      this.#startLine = this.#line
      return true
    }
    if (code === 0x5b && this.#inArray === 'unknown') {
      this.#inArray = 'yes'
      return false
    }
    if (code === 0x5d && this.#inArray === 'yes') {
      this.#inArray = 'closed'
      return false
    }
    if (code === 0x2c && this.#inArray === 'yes') return false
    throw new InputError(
      `expected a JSON object, found ${JSON.stringify(String.fromCharCode(code))}`,
      { line: this.#line },
    )
  }

  /**
   * JSON strings contain no line breaks, so one inside a string means that the line is truncated.
   */
  #refuseBrokenLine(text: string, start: number, position: number): void {
    if (!this.#inString) return
    const line = this.#line - 1
    throw new InputError(
      `not JSON: a string is not closed: ${excerpt(text.slice(start, position))}`,
      { line },
    )
  }

  #value(text: string): InputValue {
    try {
      JSON.parse(text)
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unreadable'
      throw new InputError(`not JSON: ${message}`, { line: this.#startLine, cause: error })
    }
    // Line breaks occur only between the parts of an object, never inside its strings.
    return { text: text.replaceAll(/[\r\n]+/g, ' '), line: this.#startLine }
  }

  #keep(text: string, start: number, position: number): void {
    this.#pending = this.#depth === 0 ? '' : text.slice(start)
    this.#position = this.#depth === 0 ? position - text.length : position - start
    if (this.#pending.length > this.#valueLengthMax) {
      throw new InputError(`the object is longer than ${this.#valueLengthMax} characters`, {
        line: this.#startLine,
      })
    }
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > EXCERPT_LENGTH ? `${cutText(text, EXCERPT_LENGTH)}…` : text)
}
