import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  skipBlanks,
} from './json-bytes.ts'

/**
 * Whether an item of a JSON array, or a JSON text that is no array, takes more than `bytesMax`
 * bytes. One pass over the bytes, before anything is parsed: a parsed value of millions of keys
 * costs seconds and gigabytes whatever is done with it.
 */
export function hasItemOver(json: Uint8Array, bytesMax: number): boolean {
  let depth = 0
  let itemStart = 0
  let isInString = false
  const itemDepth = json[skipBlanks(json, 0)] === OPEN_BRACKET ? 1 : 0
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (isInString) {
      if (byte === BACKSLASH) index += 1
      else if (byte === QUOTE) isInString = false
    } else if (byte === QUOTE) isInString = true
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1
      if (depth === itemDepth) itemStart = index + 1
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
    else if (byte === COMMA && depth === itemDepth) itemStart = index + 1
    if (index - itemStart >= bytesMax) return true
  }
  return false
}

/** Whether a line of the text takes more than `bytesMax` bytes. */
export function hasLineOver(text: Buffer, bytesMax: number): boolean {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf(NEWLINE, start)
    const end = newline === -1 ? text.length : newline
    if (end - start > bytesMax) return true
    start = end + 1
  }
  return false
}
