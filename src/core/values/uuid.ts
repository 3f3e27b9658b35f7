import { randomUUID } from 'node:crypto'

/** Characters of a UUID. */
export const UUID_LENGTH = 36
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a text has the form of a UUID (RFC 9562 section 4), in any version and letter case. */
export function isUuid(text: string): boolean {
  return text.length === UUID_LENGTH && UUID.test(text)
}

const HYPHEN = 0x2d

/** Whether a lower-case UUID is at `at`. */
export function isLowerCaseUuidAt(bytes: Uint8Array, at: number): boolean {
  for (let offset = 0; offset < UUID_LENGTH; offset += 1) {
    const byte = bytes[at + offset] ?? 0
    const isHexDigit = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)
    const isHyphenPlace = offset === 8 || offset === 13 || offset === 18 || offset === 23
    if (isHyphenPlace ? byte !== HYPHEN : !isHexDigit) return false
  }
  return true
}

/** Where the random part of a UUID begins, after the digit of its version. */
const RANDOM_OFFSET = 15

/** Mints a UUIDv7 (RFC 9562 section 5.7): milliseconds, then the 74 random bits of a UUIDv4. */
export function mintUuid(timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(RANDOM_OFFSET)}`
}
