/** `"`, a character of JSON text (RFC 8259) as a byte, like those below. */
export const QUOTE = 0x22
/** `\` */
export const BACKSLASH = 0x5c
/** `:` */
export const COLON = 0x3a
/** `,` */
export const COMMA = 0x2c
/** `{` */
export const OPEN_BRACE = 0x7b
/** `}` */
export const CLOSE_BRACE = 0x7d
/** `[` */
export const OPEN_BRACKET = 0x5b
/** `]` */
export const CLOSE_BRACKET = 0x5d
/** Ends a line of NDJSON. */
export const NEWLINE = 0x0a
const SPACE = 0x20

/** Whether a byte is whitespace between tokens of JSON. */
export function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEWLINE || byte === 0x09 || byte === 0x0d
}

/** Index of the first byte from `at` on that is not whitespace. */
export function skipBlanks(json: Uint8Array, at: number): number {
  let index = at
  while (isBlank(json[index])) index += 1
  return index
}

/**
 * Index of the quote that ends a string, or -1 when the string has an escape or needs one.
 * Otherwise the bytes between the quotes are its text.
 *
 * @param at index after the opening quote.
 */
export function endOfPlainString(json: Uint8Array, at: number): number {
  for (let index = at; ; index += 1) {
    const byte = json[index] ?? 0
    if (byte === QUOTE) return index
    if (byte < SPACE || byte === BACKSLASH) return -1
  }
}

/** Whether `null` is at `at`. */
export function isNullAt(json: Uint8Array, at: number): boolean {
  return (
    json[at] === 0x6e && json[at + 1] === 0x75 && json[at + 2] === 0x6c && json[at + 3] === 0x6c
  )
}

/**
 * Index of the quote that ends a string, from after its opening one; past the end if it is open.
 */
export function endOfString(json: Uint8Array, at: number): number {
  let index = at
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1
  return index
}

/**
 * Index after the object that begins at `at`, or -1 when it does not end. It only counts braces;
 * the parser decides whether the text is JSON.
 */
export function endOfObject(json: Uint8Array, at: number): number {
  let depth = 0
  for (let index = at; index < json.length; index += 1) {
    const byte = json[index]
    if (byte === QUOTE) index = endOfString(json, index + 1)
    else if (byte === OPEN_BRACE) depth += 1
    else if (byte === CLOSE_BRACE) {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return -1
}
