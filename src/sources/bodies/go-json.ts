import type { JsonValue } from '../../core/event/event.ts'

/** Deepest nesting that Go's decoder accepts. */
const DEPTH_MAX = 10_000
/** Deepest nesting that is kept as JSON; deeper values are kept as text. */
const PLAIN_DEPTH_MAX = 16

const WHITESPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Finds the end of a string; JSON.parse then validates what is between the quotes. */
const STRING = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y
const WORD = /true|false|null/y

/** A value of a JSON text. */
export type GoValue = null | boolean | string | GoNumber | GoArray | GoObject

/** A number, kept as its literal because a double cannot hold every value. */
export class GoNumber {
  readonly literal: string

  constructor(literal: string) {
    this.literal = literal
  }
}

/** An array. */
export class GoArray {
  readonly items: readonly GoValue[]
  /** The array as it was sent. */
  readonly text: string

  constructor(items: readonly GoValue[], text: string) {
    this.items = items
    this.text = text
  }
}

/**
 * An object with its members in the order of the text, including duplicates. Its methods read a
 * member into a field as Go's `encoding/json` does: keys match in any case, and when several keys
 * match, the last one wins.
 */
export class GoObject {
  readonly entries: readonly (readonly [string, GoValue])[]
  /** The object as it was sent. */
  readonly text: string

  constructor(entries: readonly (readonly [string, GoValue])[], text: string) {
    this.entries = entries
    this.text = text
  }

  /** Reads a field of type `string`; null leaves the field unchanged. */
  string(field: string): string | undefined {
    return this.values(field).findLast((value) => typeof value === 'string')
  }

  /** Reads a struct field: every matching object adds to it. */
  struct(field: string): GoObject {
    const objects = this.values(field).filter((value) => value instanceof GoObject)
    const [only, ...more] = objects
    if (only !== undefined && more.length === 0) return only
    return new GoObject(
      objects.flatMap(({ entries }) => entries),
      objects.map(({ text }) => text).join(''),
    )
  }

  /** Reads a map field: objects are merged, and null empties the map. */
  map(field: string): ReadonlyMap<string, GoValue> {
    const map = new Map<string, GoValue>()
    for (const value of this.values(field)) {
      if (value === null) map.clear()
      if (value instanceof GoObject) for (const [key, one] of value.entries) map.set(key, one)
    }
    return map
  }

  /** Every value that the text has for a field, in order. */
  values(field: string): readonly GoValue[] {
    const folded = foldKey(field)
    return this.entries.filter(([key]) => foldKey(key) === folded).map(([, value]) => value)
  }
}

/** Folds a key's case as Go does: `ſ` and the Kelvin sign count as letters too. */
export function foldKey(key: string): string {
  return key
    .replaceAll('\u017f', 's')
    .replaceAll('\u212a', 'k')
    .replace(/[A-Z]+/g, lowerCase)
}

function lowerCase(text: string): string {
  return text.toLowerCase()
}

/**
 * Decodes the first JSON value of a text and ignores the rest, as a Go program that decodes a
 * stream once does. Bytes that are not UTF-8 become U+FFFD. Returns undefined when the text does
 * not begin with a value.
 */
export function decodeGoJson(bytes: Buffer): GoValue | undefined {
  return new Decoder(bytes).decode()
}

/** Decodes a text that is one JSON value; undefined when anything follows it. */
export function decodeWholeGoJson(bytes: Buffer): GoValue | undefined {
  const decoder = new Decoder(bytes)
  const value = decoder.decode()
  return decoder.isAtEnd() ? value : undefined
}

/**
 * Converts a value to plain JSON: keys are exact, and the last of equal keys wins. A number that a
 * double cannot hold becomes the text of its digits.
 */
export function plainJson(value: GoValue, depth = 0): JsonValue {
  if (value instanceof GoNumber) return plainNumber(value.literal)
  if (!(value instanceof GoArray || value instanceof GoObject)) return value
  if (depth >= PLAIN_DEPTH_MAX) return value.text
  if (value instanceof GoArray) return value.items.map((item) => plainJson(item, depth + 1))
  return Object.fromEntries(value.entries.map(([key, one]) => [key, plainJson(one, depth + 1)]))
}

function plainNumber(literal: string): JsonValue {
  const number = Number(literal)
  const isWhole = /^-?\d+$/.test(literal)
  const isHeld = isWhole ? String(number) === literal : Number.isFinite(number)
  return isHeld ? number : literal
}

/** An array or an object whose end has not been reached. */
interface Open {
  readonly isObject: boolean
  readonly start: number
  readonly keys: string[]
  readonly values: GoValue[]
}

/** Uses a stack of its own: a text can be nested more deeply than JavaScript calls can. */
class Decoder {
  readonly #text: string
  #at = 0
  readonly #open: Open[] = []

  constructor(bytes: Buffer) {
    this.#text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  }

  isAtEnd(): boolean {
    return this.#sign() === undefined
  }

  decode(): GoValue | undefined {
    for (;;) {
      const value = this.#value()
      if (value === undefined) return undefined
      if (value === 'opened') continue
      const whole = this.#add(value.value)
      if (whole !== 'more') return whole?.value
    }
  }

  /** Reads a scalar value, or opens an array or object. */
  #value(): { readonly value: GoValue } | 'opened' | undefined {
    const sign = this.#sign()
    if (sign === '{' || sign === '[') {
      this.#at += 1
      const open = { isObject: sign === '{', start: this.#at - 1, keys: [], values: [] }
      if (this.#open.push(open) > DEPTH_MAX) return undefined
      if (this.#sign() === (open.isObject ? '}' : ']')) return { value: this.#close(open) }
      return open.isObject && !this.#key(open) ? undefined : 'opened'
    }
    const word = this.#match(WORD)
    if (word !== undefined) return { value: word === 'null' ? null : word === 'true' }
    const text = this.#string()
    if (text !== undefined) return { value: text }
    const literal = this.#match(NUMBER)
    return literal === undefined ? undefined : { value: new GoNumber(literal) }
  }

  /** Adds a value to its parent, and closes every parent that ends with it. */
  #add(value: GoValue): { readonly value: GoValue } | 'more' | undefined {
    let added = value
    for (;;) {
      const parent = this.#open.at(-1)
      if (parent === undefined) return { value: added }
      parent.values.push(added)
      const sign = this.#sign()
      if (sign === ',') {
        this.#at += 1
        return parent.isObject && !this.#key(parent) ? undefined : 'more'
      }
      if (sign !== (parent.isObject ? '}' : ']')) return undefined
      added = this.#close(parent)
    }
  }

  #close({ isObject, start, keys, values }: Open): GoArray | GoObject {
    this.#at += 1
    this.#open.pop()
    const text = this.#text.slice(start, this.#at)
    if (!isObject) return new GoArray(values, text)
    return new GoObject(
      keys.map((key, index) => [key, values[index] ?? null]),
      text,
    )
  }

  #key({ keys }: Open): boolean {
    this.#sign()
    const key = this.#string()
    if (key === undefined || this.#sign() !== ':') return false
    this.#at += 1
    keys.push(key)
    return true
  }

  /** Lone surrogates become U+FFFD, as in Go. */
  #string(): string | undefined {
    const quoted = this.#match(STRING)
    if (quoted === undefined) return undefined
    try {
      return String(JSON.parse(quoted)).toWellFormed()
    } catch {
      return undefined
    }
  }

  /** Peeks at the next character that is not whitespace. */
  #sign(): string | undefined {
    this.#match(WHITESPACE)
    return this.#text[this.#at]
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}
