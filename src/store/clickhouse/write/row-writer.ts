import type { Draft } from '../../../core/event/draft.ts'

/** Bytes of a column of type UInt64. */
export const UINT64_BYTES = 8
/** Most bytes of a text's length: seven bits in each, so up to 2 MiB, more than any text has. */
export const LENGTH_BYTES_MAX = 3
const UINT32_VALUES = 2 ** 32

/** Writes columns in the engine's RowBinary format to a buffer of sufficient size. */
export class RowWriter {
  readonly buffer: Buffer
  at = 0

  constructor(buffer: Buffer) {
    this.buffer = buffer
  }

  skip(bytes: number): void {
    this.at += bytes
  }

  byte(value: number): void {
    this.buffer[this.at] = value
    this.at += 1
  }

  /** LEB128: seven bits in each byte, lowest first. */
  length(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80)
    this.byte(rest)
  }

  /** A text as a column: its length, then its bytes. */
  text(draft: Draft, number: number): void {
    this.length(draft.endOf(number) - draft.startOf(number))
    this.part(draft, number)
  }

  /** A text as part of a column, without a length. */
  part(draft: Draft, number: number): void {
    this.bytes(draft.bytes, draft.startOf(number), draft.endOf(number))
  }

  /** Copies byte by byte: for such short texts the runtime's own copy costs more. */
  bytes(source: Uint8Array, start: number, end: number): void {
    const { buffer } = this
    let { at } = this
    for (let index = start; index < end; index += 1, at += 1) buffer[at] = source[index] ?? 0
    this.at = at
  }

  uint64(value: number): void {
    writeUint64(this.buffer, this.at, value)
    this.at += UINT64_BYTES
  }

  /** Lower-case hexadecimal digits, two for each byte. */
  hex(digits: Uint8Array, start: number, end: number): void {
    for (let index = start; index < end; index += 2) {
      this.byte(
        (HEX_DIGITS[digits[index] ?? 0] ?? 0) * 16 + (HEX_DIGITS[digits[index + 1] ?? 0] ?? 0),
      )
    }
  }

  /** To the engine a UUID is two 64-bit numbers, each with its lowest byte first. */
  uuid(text: Uint8Array, start: number): void {
    let place = 7
    for (let index = start; place >= 0 && place < 16; ) {
      if (text[index] === HYPHEN) index += 1
      this.buffer[this.at + place] =
        (HEX_DIGITS[text[index] ?? 0] ?? 0) * 16 + (HEX_DIGITS[text[index + 1] ?? 0] ?? 0)
      index += 2
      place = place === 0 ? 15 : place === 8 ? -1 : place - 1
    }
    this.at += 16
  }
}

const HYPHEN = 0x2d
/** The value of a lower-case hexadecimal digit, by its byte. */
const HEX_DIGITS = (() => {
  const values = new Uint8Array(256)
  for (let value = 0; value < 16; value += 1) values[value.toString(16).charCodeAt(0)] = value
  return values
})()

/** Lowest byte first. The value is an integer that a double holds exactly. */
export function writeUint64(target: Buffer, at: number, value: number): void {
  target.writeUInt32LE(value % UINT32_VALUES, at)
  target.writeUInt32LE(Math.floor(value / UINT32_VALUES), at + 4)
}
