import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../../../core/boundary/transcribe/json-bytes.ts'

/**
 * JSON text as Python writes it. Quay is written in Python, whose JSON has integers of any size,
 * distinguishes `1.0` from `1`, and accepts `NaN`, `Infinity` and `-Infinity`. JSON.parse changes
 * the first two and rejects the others.
 */

/** A number, or a word for one in Python's JSON. */
const LITERAL = /-?(?:\d[\d.eE+-]*|Infinity)|NaN/y
const NOT_FINITE: readonly string[] = ['NaN', 'Infinity', '-Infinity']

/**
 * Parses a text as JSON.parse does, with `NaN` as null. Values too large for a double become
 * infinite.
 *
 * @throws SyntaxError for any other text that is not JSON.
 */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return JSON.parse(rewriteNumbers(text, asDouble))
  }
}

function asDouble(literal: string): string {
  if (literal === 'NaN') return 'null'
  return NOT_FINITE.includes(literal) ? literal.replace('Infinity', '1e999') : literal
}

/** Whether JSON.parse and JSON.stringify preserve every number of a text exactly. */
export function keepsNumbers(text: string): boolean {
  let keeps = true
  rewriteNumbers(text, (literal) => {
    keeps &&= String(Number(literal)) === literal && !NOT_FINITE.includes(literal)
    return literal
  })
  return keeps
}

/**
 * Parses a text; numbers that a double cannot hold, and infinite ones, become their text.
 *
 * @throws SyntaxError for a text that is not JSON.
 */
export function parseReadable(text: string): unknown {
  return JSON.parse(
    rewriteNumbers(text, (literal) => (isHeld(literal) ? literal : quoted(literal))),
  )
}

/** The text in strict JSON: `NaN`, `Infinity` and `-Infinity` become strings. */
export function strictText(text: string): string {
  return rewriteNumbers(text, (literal) =>
    NOT_FINITE.includes(literal) ? quoted(literal) : literal,
  )
}

function quoted(literal: string): string {
  return `"${literal}"`
}

function rewriteNumbers(text: string, rewrite: (literal: string) => string): string {
  const parts: string[] = []
  let copied = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      continue
    }
    const literal = mayBeginNumber(code) ? literalAt(text, at) : undefined
    if (literal === undefined) {
      at += 1
      continue
    }
    const written = rewrite(literal)
    if (written !== literal) {
      parts.push(text.slice(copied, at), written)
      copied = at + literal.length
    }
    at += literal.length
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied)
}

/** A digit, a minus, or the first letter of `NaN` or `Infinity`. */
function mayBeginNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x4e || code === 0x49
}

function literalAt(text: string, at: number): string | undefined {
  LITERAL.lastIndex = at
  return LITERAL.exec(text)?.[0]
}

/** Whether a double has exactly the value of a number, in any notation. */
function isHeld(literal: string): boolean {
  const value = decimalOf(literal)
  return value !== undefined && value === decimalOf(String(Number(literal)))
}

/** A unique text for all notations of a number: `-12e3`. Undefined for infinite values. */
function decimalOf(literal: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  if (sign === undefined) return undefined
  const digits = whole + fraction
  let start = 0
  while (start < digits.length && digits[start] === '0') start += 1
  if (start === digits.length) return '0'
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  const power = Number(exponent) - fraction.length + (digits.length - end)
  return `${sign}${digits.slice(start, end)}e${power}`
}

/** The texts of the members of a JSON object, by key. */
export function memberTexts(text: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  for (const part of partsOf(text, OPEN_BRACE)) {
    const end = part.startsWith('"') ? endOfString(part, 0) : 0
    const colon = part.indexOf(':', end)
    if (end === 0 || colon < 0) continue
    members.set(String(JSON.parse(part.slice(0, end))), part.slice(colon + 1).trim())
  }
  return members
}

/** The texts of the items of a JSON array. */
export function itemTexts(text: string): readonly string[] {
  return partsOf(text, OPEN_BRACKET)
}

/** The text between the commas of the outermost object or array; none for another text. */
function partsOf(text: string, open: number): readonly string[] {
  const parts: string[] = []
  const add = (part: string) => {
    if (part.trim() !== '') parts.push(part.trim())
  }
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at) - 1
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1
      if (depth > 1) continue
      if (code !== open) return []
      start = at + 1
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1
      if (depth === 0) add(text.slice(start, at))
    } else if (depth === 1 && code === 0x2c) {
      add(text.slice(start, at))
      start = at + 1
    }
  }
  return parts
}

/** Index just after the string that opens at `start`; the end of the text if it stays open. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at += 1
    else if (code === QUOTE) return at + 1
  }
  return text.length
}
