import { DETAILS_DEPTH_MAX, EVENT_BYTES_MAX } from '../../limits.ts'
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isNullAt,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipBlanks,
} from './json-bytes.ts'

/** Returned instead of an index when the parser must read the text. */
const NOT_COPIED = -1

/** Larger objects are not sorted here, because each moved member moves all after it. */
const MOVED_MEMBERS_MAX = 32

/** Digits that a double always holds exactly. */
const EXACT_DIGITS_MAX = 15
/** Decimals up to which JavaScript, hence RFC 8785, writes a small number without an exponent. */
const PLAIN_DECIMALS_MAX = 6

/** The second characters of the escapes that RFC 8785 also uses. */
const CANONICAL_ESCAPES = new Set(Buffer.from('"\\bfnrt'))

const SPACE = 0x20
const ASCII_MAX = 0x7f
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/**
 * Copies JSON text as canonical JSON (RFC 8785) where removing whitespace and moving members is
 * enough, as for most of what programs send. It never accepts what a parser would reject, and
 * leaves to the parser what must be rewritten: other escapes, other numbers, keys outside ASCII
 * (which sort by UTF-16), duplicate keys.
 */
export class CanonicalCopy {
  /** Only the part before `length` is the copy. */
  readonly bytes: Buffer = Buffer.allocUnsafe(EVENT_BYTES_MAX)
  length = 0

  /**
   * Copies the object that begins at `at`, and discards the previous copy.
   *
   * @returns the index after it, or -1 when it cannot be copied.
   */
  copyObject(json: Uint8Array, at: number): number {
    this.length = 0
    const end = this.#object(json, at, 1)
    // Bytes past the end of a buffer are lost silently, but such an event is too large anyway.
    return this.length > EVENT_BYTES_MAX ? NOT_COPIED : end
  }

  #value(json: Uint8Array, at: number, depth: number): number {
    switch (json[at]) {
      case QUOTE:
        return this.#string(json, at)
      case OPEN_BRACE:
        return this.#object(json, at, depth + 1)
      case OPEN_BRACKET:
        return this.#list(json, at, depth + 1)
      case TRUE[0]:
        return this.#word(json, at, TRUE)
      case FALSE[0]:
        return this.#word(json, at, FALSE)
      default:
        return isNullAt(json, at) ? this.#bytes(json, at, at + 4) : this.#number(json, at)
    }
  }

  #object(json: Uint8Array, at: number, depth: number): number {
    if (depth > DETAILS_DEPTH_MAX) return NOT_COPIED
    const members: number[] = []
    let index = skipBlanks(json, at + 1)
    this.#put(OPEN_BRACE)
    if (json[index] !== CLOSE_BRACE) {
      for (;;) {
        const start = this.length
        index = this.#member(json, index, depth)
        if (index < 0 || !this.#keepOrder(members, start)) return NOT_COPIED
        index = skipBlanks(json, index)
        if (json[index] !== COMMA) break
        this.#put(COMMA)
        index = skipBlanks(json, index + 1)
      }
      if (json[index] !== CLOSE_BRACE) return NOT_COPIED
    }
    this.#put(CLOSE_BRACE)
    return index + 1
  }

  #member(json: Uint8Array, at: number, depth: number): number {
    if (json[at] !== QUOTE) return NOT_COPIED
    const keyEnd = endOfPlainKey(json, at + 1)
    if (keyEnd < 0) return NOT_COPIED
    this.#bytes(json, at, keyEnd + 1)
    const colon = skipBlanks(json, keyEnd + 1)
    if (json[colon] !== COLON) return NOT_COPIED
    this.#put(COLON)
    return this.#value(json, skipBlanks(json, colon + 1), depth)
  }

  #list(json: Uint8Array, at: number, depth: number): number {
    if (depth > DETAILS_DEPTH_MAX) return NOT_COPIED
    let index = skipBlanks(json, at + 1)
    this.#put(OPEN_BRACKET)
    if (json[index] !== CLOSE_BRACKET) {
      for (;;) {
        index = this.#value(json, index, depth)
        if (index < 0) return NOT_COPIED
        index = skipBlanks(json, index)
        if (json[index] !== COMMA) break
        this.#put(COMMA)
        index = skipBlanks(json, index + 1)
      }
      if (json[index] !== CLOSE_BRACKET) return NOT_COPIED
    }
    this.#put(CLOSE_BRACKET)
    return index + 1
  }

  #string(json: Uint8Array, at: number): number {
    const { bytes } = this
    let { length } = this
    bytes[length++] = QUOTE
    for (let index = at + 1; ; index += 1) {
      const byte = json[index] ?? 0
      if (byte < SPACE) return NOT_COPIED
      bytes[length++] = byte
      if (byte === QUOTE) {
        this.length = length
        return index + 1
      }
      if (byte !== BACKSLASH) continue
      index += 1
      const escaped = json[index] ?? 0
      if (!CANONICAL_ESCAPES.has(escaped)) return NOT_COPIED
      bytes[length++] = escaped
    }
  }

  #number(json: Uint8Array, at: number): number {
    const isNegative = json[at] === MINUS
    const start = isNegative ? at + 1 : at
    const wholeEnd = endOfDigits(json, start)
    const digits = wholeEnd - start
    if (digits === 0 || (digits > 1 && json[start] === ZERO)) return NOT_COPIED
    let end = wholeEnd
    if (json[wholeEnd] === POINT) {
      end = endOfDigits(json, wholeEnd + 1)
      const decimals = end - wholeEnd - 1
      if (decimals === 0 || decimals > PLAIN_DECIMALS_MAX) return NOT_COPIED
      if (digits + decimals > EXACT_DIGITS_MAX || json[end - 1] === ZERO) return NOT_COPIED
    } else if (digits > EXACT_DIGITS_MAX || (isNegative && json[start] === ZERO)) {
      return NOT_COPIED
    }
    return this.#bytes(json, at, end)
  }

  #word(json: Uint8Array, at: number, word: Uint8Array): number {
    for (let index = 1; index < word.length; index += 1) {
      if (json[at + index] !== word[index]) return NOT_COPIED
    }
    return this.#bytes(json, at, at + word.length)
  }

  #bytes(json: Uint8Array, start: number, end: number): number {
    for (let index = start; index < end; index += 1) this.#put(json[index] ?? 0)
    return end
  }

  #put(byte: number): void {
    this.bytes[this.length] = byte
    this.length += 1
  }

  /**
   * Moves the latest member to its place among the earlier ones.
   *
   * @param members where they begin, in order; the new one is added.
   *
   * @param start where the new one begins.
   *
   * @returns false when its key is a duplicate, or when there are too many to move.
   */
  #keepOrder(members: number[], start: number): boolean {
    const last = members.at(-1)
    if (last === undefined || this.#compareKeys(last, start) < 0) {
      members.push(start)
      return true
    }
    if (members.length > MOVED_MEMBERS_MAX) return false
    const place = members.findIndex((member) => this.#compareKeys(member, start) >= 0)
    const to = members[place] ?? start
    if (this.#compareKeys(to, start) === 0) return false
    const moved = Buffer.from(this.bytes.subarray(start, this.length))
    this.bytes.copyWithin(to + moved.length + 1, to, start - 1)
    this.bytes.set(moved, to)
    this.bytes[to + moved.length] = COMMA
    for (let index = place; index < members.length; index += 1) {
      members[index] = (members[index] ?? 0) + moved.length + 1
    }
    members.splice(place, 0, to)
    return true
  }

  /** Compares the keys of two members by bytes, which for ASCII is the order of RFC 8785. */
  #compareKeys(left: number, right: number): number {
    for (let offset = 1; ; offset += 1) {
      const byte = this.bytes[left + offset] ?? QUOTE
      const other = this.bytes[right + offset] ?? QUOTE
      if (byte === other && byte !== QUOTE) continue
      if (byte === other) return 0
      // A quote ends a key, and a shorter key comes before a longer one.
      if (byte === QUOTE || other === QUOTE) return byte === QUOTE ? -1 : 1
      return byte - other
    }
  }
}

function endOfPlainKey(json: Uint8Array, at: number): number {
  for (let index = at; ; index += 1) {
    const byte = json[index] ?? 0
    if (byte === QUOTE) return index
    if (byte < SPACE || byte === BACKSLASH || byte > ASCII_MAX) return NOT_COPIED
  }
}

function endOfDigits(json: Uint8Array, at: number): number {
  let index = at
  for (;;) {
    const byte = json[index] ?? 0
    if (byte < ZERO || byte > NINE) return index
    index += 1
  }
}
