import { PACKED_SEPARATOR } from '../event-columns.ts'
import type { StatementParameters } from '../filter/statement-parameters.ts'

// Column `digest` of schema/001-events.sql holds the bytes of a SHA-256. Any other digest is text,
// followed by a NUL if it is as long as those bytes.

/** The prefix of a SHA-256 digest. */
export const SHA256_PREFIX = Buffer.from('sha256:')
/** Bytes of a SHA-256. */
export const SHA256_BYTES = 32

const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const LETTER_A = 0x61
const LETTER_F = 0x66

/** Whether the bytes from `start` to `end` are a digest that is stored as bytes. */
export function isSha256(bytes: Uint8Array, start: number, end: number): boolean {
  const digits = start + SHA256_PREFIX.length
  if (end - digits !== 2 * SHA256_BYTES) return false
  for (let index = start; index < digits; index += 1) {
    if (bytes[index] !== SHA256_PREFIX[index - start]) return false
  }
  for (let index = digits; index < end; index += 1) {
    const byte = bytes[index] ?? 0
    const isDigit = (byte >= DIGIT_0 && byte <= DIGIT_9) || (byte >= LETTER_A && byte <= LETTER_F)
    if (!isDigit) return false
  }
  return true
}

/** SQL for the value of column `digest` that represents a digest, which is a parameter. */
export function storedDigestSql(digest: string, parameters: StatementParameters): string {
  const bytes = Buffer.from(digest)
  if (isSha256(bytes, 0, bytes.length)) {
    return `unhex(${parameters.add('String', digest.slice(SHA256_PREFIX.length))})`
  }
  const end = bytes.length === SHA256_BYTES ? PACKED_SEPARATOR : ''
  return parameters.add('String', `${digest}${end}`)
}

/**
 * SQL that holds for a column `digest` that begins with a text, which is a parameter. Whole bytes
 * of a SHA-256 are compared as they are stored; only an odd last digit needs the text form.
 */
export function digestBeginningSql(beginning: string, parameters: StatementParameters): string {
  const text = parameters.add('String', beginning)
  const asText = `(length(digest) != ${SHA256_BYTES} AND startsWith(digest, ${text}))`
  const digits = /^sha256:(?<digits>[0-9a-f]{2,64})$/.exec(beginning)?.groups?.['digits']
  if (digits === undefined) return `startsWith(target_digest, ${text})`
  const whole = parameters.add('String', digits.slice(0, digits.length - (digits.length % 2)))
  const last = digits.length % 2 === 0 ? '' : ` AND startsWith(target_digest, ${text})`
  return `(length(digest) = ${SHA256_BYTES} AND startsWith(digest, unhex(${whole}))${last}
    OR ${asText})`
}
