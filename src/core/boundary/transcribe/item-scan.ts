import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  endOfString,
  isBlank,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './json-bytes.ts'

/** The limit that a body exceeds: the number of items, or the size of one. */
type ExceededLimit = 'items' | 'item-bytes'

/** The limits of a scan. */
export interface ItemLimits {
  readonly itemsMax: number
  /** Bytes of one item as sent; whitespace between lines counts as one item. */
  readonly itemBytesMax: number
}

/**
 * Counts the items of a body, chunk by chunk, before anything is parsed, because parsing millions
 * of items costs seconds and gigabytes. It looks only at separators; the parser decides whether the
 * items are JSON.
 */
export interface ItemScan {
  /** The limit that the bytes so far exceed. Nothing may be pushed after the first one. */
  push(chunk: Buffer): ExceededLimit | undefined
}

/** Begins a record of a JSON text sequence (RFC 7464 section 2.2). */
export const RECORD_START = 0x1e

/** A scan of a body with one item per line, or per record of a JSON text sequence. */
export function scanLines(form: 'ndjson' | 'json-seq', limits: ItemLimits): ItemScan {
  const separator = form === 'ndjson' ? NEWLINE : RECORD_START
  let items = 0
  let blankBytes = 0
  /** Bytes of the item in which the chunk ends; undefined between items. */
  let itemBytes: number | undefined
  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (itemBytes === undefined) {
          const start = at
          const end = Math.min(chunk.length, at + limits.itemBytesMax + 1)
          while (at < end && (isBlank(chunk[at]) || chunk[at] === separator)) at += 1
          blankBytes += at - start
          if (blankBytes > limits.itemBytesMax) return 'item-bytes'
          if (at >= chunk.length) return undefined
          items += 1
          itemBytes = 0
          if (items > limits.itemsMax) return 'items'
        }
        const found = chunk.indexOf(separator, at)
        const end = found === -1 ? chunk.length : found
        itemBytes += end - at
        if (itemBytes > limits.itemBytesMax) return 'item-bytes'
        if (found !== -1) itemBytes = undefined
        at = end + 1
      }
      return undefined
    },
  }
}

/** A scan of one JSON text: its items are those of the array, or the text itself. */
export function scanJson(limits: ItemLimits): ItemScan {
  return new JsonScan(limits)
}

class JsonScan implements ItemScan {
  readonly #limits: ItemLimits
  /** Depth at which items are separated: 1 in an array; undefined before the first character. */
  #itemDepth: 0 | 1 | undefined
  #depth = 0
  #isInString = false
  #separators = 0
  /** Bytes before the chunk, and where the item began. */
  #offset = 0
  #itemStart = 0
  /** Whether the previous chunk ended with a backslash, which escapes the next byte. */
  #isEscaped = false

  constructor(limits: ItemLimits) {
    this.#limits = limits
  }

  push(chunk: Buffer): ExceededLimit | undefined {
    const { itemsMax, itemBytesMax } = this.#limits
    const itemDepth = this.#findItemDepth(chunk)
    if (itemDepth === undefined && chunk.length >= itemBytesMax) return 'item-bytes'
    let depth = this.#depth
    let isInString = this.#isInString
    let itemStart = this.#itemStart - this.#offset
    let index = this.#isEscaped ? 1 : 0
    for (; index < chunk.length; index += 1) {
      const byte = chunk[index]
      if (isInString) {
        if (byte === BACKSLASH) index += 1
        else if (byte === QUOTE) isInString = false
      } else if (byte === QUOTE) isInString = true
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
      else if (byte === COMMA && depth === itemDepth) {
        itemStart = index + 1
        this.#separators += 1
        if (this.#separators >= itemsMax) return 'items'
      }
      if (index - itemStart >= itemBytesMax) return 'item-bytes'
    }
    this.#depth = depth
    this.#isInString = isInString
    this.#isEscaped = index > chunk.length
    this.#itemStart = itemStart + this.#offset
    this.#offset += chunk.length
    return undefined
  }

  /** A byte-order mark is not part of the text. */
  #findItemDepth(chunk: Buffer): 0 | 1 | undefined {
    if (this.#itemDepth !== undefined) return this.#itemDepth
    const end = Math.min(chunk.length, this.#limits.itemBytesMax)
    let at = 0
    while (at < end && (isBlank(chunk[at]) || (chunk[at] ?? 0) >= 0x80)) at += 1
    if (at < end) this.#itemDepth = chunk[at] === OPEN_BRACKET ? 1 : 0
    return this.#itemDepth
  }
}

/** Whether JSON text has more than `valuesMax` values, judged by separators. */
export function hasValuesOver(json: Uint8Array, valuesMax: number): boolean {
  let values = 1
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index]
    if (byte === QUOTE) index = endOfString(json, index + 1)
    else if (byte === COMMA || byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      values += 1
      if (values > valuesMax) return true
    }
  }
  return false
}
