import { isUtf8 } from 'node:buffer'
import type { JsonValue } from '../../core/event/event.ts'
import { parseJsonKeepingNumbers } from '../../core/json/json-numbers.ts'
import { DETAILS_DEPTH_MAX } from '../../core/limits.ts'
import { redactText, redactValue, TEXT_LENGTH_MAX } from '../../core/redaction/redact.ts'

/** Characters dropped before a cut, where a secret may begin that goes on behind it. */
const CUT_LENGTH = 1024
/** Most bytes of one character in UTF-8. */
const CHARACTER_BYTES_MAX = 4

/** A received body in the form that may be kept. */
export interface RedactedBody {
  readonly body: Buffer
  /** Whether only the beginning is left. */
  readonly isCut: boolean
  /** Whether a secret was removed. */
  readonly isRedacted: boolean
}

/**
 * Removes the secrets that a body holds as text: in UTF-8, in UTF-16, or in ASCII among other
 * bytes. A body over 64 KiB is reduced to its beginning. A body without secrets is returned
 * unchanged.
 */
export function redactBody(whole: Buffer): RedactedBody {
  const isCut = whole.length > TEXT_LENGTH_MAX
  const part = isCut ? wholeCharacters(whole.subarray(0, TEXT_LENGTH_MAX)) : whole
  const encoding = encodingOf(part)
  const sent = encoding === 'utf16be' ? swapped(part).toString('utf16le') : part.toString(encoding)
  const safe = isCut ? redactText(sent) : redactJsonOrText(sent)
  if (safe === sent) return { body: isCut ? part : whole, isCut, isRedacted: false }
  const kept = isCut ? safe.slice(0, -CUT_LENGTH) : safe
  return {
    body: Buffer.from(kept, encoding === 'latin1' ? 'latin1' : 'utf8'),
    isCut,
    isRedacted: true,
  }
}

function wholeCharacters(part: Buffer): Buffer {
  for (let cut = 0; cut < CHARACTER_BYTES_MAX; cut += 1) {
    const shorter = part.subarray(0, part.length - cut)
    if (isUtf8(shorter)) return shorter
  }
  return part
}

/**
 * ASCII in UTF-16 has a zero in every other byte; anything that is not text is read byte by byte.
 */
function encodingOf(part: Buffer): 'utf8' | 'utf16le' | 'utf16be' | 'latin1' {
  const zeros = (remainder: number) =>
    part.filter((byte, index) => byte === 0 && index % 2 === remainder).length
  const even = zeros(0)
  const odd = zeros(1)
  if (odd > part.length / 4 && even < odd / 4) return 'utf16le'
  if (even > part.length / 4 && odd < even / 4) return 'utf16be'
  return isUtf8(part) ? 'utf8' : 'latin1'
}

function swapped(part: Buffer): Buffer {
  return Buffer.from(part.subarray(0, part.length - (part.length % 2))).swap16()
}

/**
 * JSON escapes can hide a name from the rules for plain text, so both sets of rules are applied.
 */
function redactJsonOrText(text: string): string {
  const value = isFlat(text) ? parsed(text) : undefined
  if (value === undefined) return redactText(text)
  const safe = JSON.stringify(redactValue(value))
  return safe === JSON.stringify(value) ? redactText(text) : safe
}

function parsed(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return parseJsonKeepingNumbers(text)
  } catch {
    return undefined
  }
}

/** Whether brackets are nested no deeper than an event may be. */
function isFlat(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '{' || bracket === '[' ? 1 : -1
    if (depth > DETAILS_DEPTH_MAX) return false
  }
  return true
}
