import { COLON, QUOTE } from '../boundary/transcribe/json-bytes.ts'
import type { JsonValue } from '../event/event.ts'
import { endOfString, skipBlankText } from './json-text.ts'

/** Numbers that a double may not hold: of 16 or more characters, or with an exponent. */
const SUSPECT = /(?:^|[[:,\s])-?(?:[\d.]{16}|[\d.]+[eE])/
/** The same, and the words that Python's `json` writes for values outside JSON. */
const SUSPECT_OF_PYTHON = /(?:^|[[:,\s])(?:-?(?:[\d.]{16}|[\d.]+[eE]|Infinity)|NaN)/

const PYTHON_WORDS = ['NaN', 'Infinity', '-Infinity']

/** Any number with at most this many digits is exact in a double. */
const EXACT_DIGITS_MAX = 15
const MINUS = 0x2d

/**
 * Parses JSON text as `JSON.parse` does, but a number that a double cannot hold
 * (`12345678901234567890`, `1e400`) becomes the text of its literal. `1.0` and `1e2` stay numbers,
 * because their value is the same. Without such numbers, it costs one scan of the text.
 *
 * @throws SyntaxError as `JSON.parse` does.
 */
export function parseJsonKeepingNumbers(text: string): JsonValue {
  return parseRewritten(text, withNumbersAsText(text))
}

/**
 * As `parseJsonKeepingNumbers`, for the output of Python's `json`: the bare words `NaN`, `Infinity`
 * and `-Infinity` become strings.
 */
export function parsePythonJson(text: string): JsonValue {
  const rewritten = SUSPECT_OF_PYTHON.test(text) ? rewrite(text, PYTHON_WORDS) : undefined
  return parseRewritten(text, rewritten)
}

/** JSON text in which numbers that a double cannot hold are strings; undefined when it has none. */
export function withNumbersAsText(text: string): string | undefined {
  return SUSPECT.test(text) ? rewrite(text, []) : undefined
}

function parseRewritten(text: string, rewritten: string | undefined): JsonValue {
  if (rewritten === undefined) return JSON.parse(text)
  try {
    return JSON.parse(rewritten)
  } catch {
    // Invalid JSON was invalid before, and this error has the positions of the sender's text.
    return JSON.parse(text)
  }
}

function rewrite(text: string, words: readonly string[]): string | undefined {
  let rewritten = ''
  let copied = 0
  for (let index = 0; index < text.length; ) {
    if (text.charCodeAt(index) === QUOTE) {
      index = endOfString(text, index)
      continue
    }
    const word = words.find((candidate) => text.startsWith(candidate, index))
    const end = word === undefined ? endOfNumber(text, index) : index + word.length
    if (end < 0) {
      index += 1
      continue
    }
    const literal = text.slice(index, end)
    // A number used as a key is invalid JSON, and must not become valid.
    if ((word !== undefined || !survives(literal)) && !isKey(text, end)) {
      rewritten += `${text.slice(copied, index)}"${literal}"`
      copied = end
    }
    index = end
  }
  return copied === 0 ? undefined : rewritten + text.slice(copied)
}

function isKey(text: string, end: number): boolean {
  return text.charCodeAt(skipBlankText(text, end)) === COLON
}

/** Index after the number that begins at `at`, well formed or not; -1 when no number does. */
function endOfNumber(text: string, at: number): number {
  const start = text.charCodeAt(at) === MINUS ? at + 1 : at
  const wholeEnd = text.charAt(start) === '0' ? start + 1 : endOfDigits(text, start)
  if (wholeEnd === start) return -1
  const fractionEnd = text.charAt(wholeEnd) === '.' ? endOfDigits(text, wholeEnd + 1) : wholeEnd
  const mark = text.charAt(fractionEnd)
  if (mark !== 'e' && mark !== 'E') return fractionEnd
  const sign = text.charAt(fractionEnd + 1)
  return endOfDigits(text, fractionEnd + (sign === '+' || sign === '-' ? 2 : 1))
}

function endOfDigits(text: string, at: number): number {
  let index = at
  while (isDigit(text.charCodeAt(index))) index += 1
  return index
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** A literal that is not a JSON number (RFC 8259 section 6) stays unchanged. */
const UNFINISHED = /\.(?!\d)|[eE+-]$/

/** Whether the shortest text of a literal's double has the same decimal value. */
function survives(literal: string): boolean {
  if (UNFINISHED.test(literal)) return true
  if (literal.length <= EXACT_DIGITS_MAX && !/[eE]/.test(literal)) return true
  const double = Number(literal)
  return Number.isFinite(double) && decimalOf(literal) === decimalOf(String(double))
}

/** A unique text for a decimal value: its digits without surrounding zeros, and an exponent. */
function decimalOf(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const digits = whole + fraction
  let start = 0
  let end = digits.length
  while (start < end && digits.charAt(start) === '0') start += 1
  while (end > start && digits.charAt(end - 1) === '0') end -= 1
  if (start === end) return '0'
  const power = Number(exponent) - fraction.length + digits.length - end
  return `${sign}${digits.slice(start, end)}e${power}`
}
