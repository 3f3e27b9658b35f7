import { cutJsonText } from '../cut-text.ts'
import { recordableText } from '../values/recordable-text.ts'
import { isMembers } from './json.ts'

/** Replaces a value that is too large or nested too deeply for its place. */
export type JsonExcerpt = {
  /** Size of the whole, in bytes of UTF-8: of a string itself, else of its JSON text. */
  readonly bytes: number
  /** The beginning of a string itself, else of its JSON text. */
  readonly excerpt: string
}

/** An excerpt of a value of any size and depth; `excerptBytesMax` limits the excerpt as JSON. */
export function jsonExcerpt(value: unknown, excerptBytesMax: number): JsonExcerpt {
  let beginning = ''
  let bytes = 0
  for (const part of typeof value === 'string' ? [value] : jsonParts(value)) {
    bytes += Buffer.byteLength(part)
    // Every character takes at least one byte in JSON.
    if (beginning.length < excerptBytesMax) beginning += part
  }
  return {
    bytes,
    excerpt: cutJsonText(recordableText(beginning, excerptBytesMax), excerptBytesMax),
  }
}

/** The JSON text of a value that may be nested more deeply than `JSON.stringify` can follow. */
export function deepJsonText(value: unknown): string {
  return [...jsonParts(value)].join('')
}

/** A part of the text, or a value that remains to be written. */
type Waiting = string | { readonly value: unknown }

/** Uses a list, because recursion over a hundred thousand brackets would end the program. */
function* jsonParts(value: unknown): Generator<string> {
  const waiting: Waiting[] = [{ value }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') yield next
    else if (Array.isArray(next.value)) pushItems(waiting, next.value)
    else if (isMembers(next.value)) pushMembers(waiting, Object.entries(next.value))
    else yield plainText(next.value)
  }
}

function pushItems(waiting: Waiting[], items: readonly unknown[]): void {
  waiting.push(']')
  for (let index = items.length - 1; index >= 0; index -= 1) {
    waiting.push({ value: items[index] })
    if (index > 0) waiting.push(',')
  }
  waiting.push('[')
}

function pushMembers(waiting: Waiting[], entries: readonly (readonly [string, unknown])[]): void {
  const present = entries.filter(([, value]) => value !== undefined)
  waiting.push('}')
  for (let index = present.length - 1; index >= 0; index -= 1) {
    const [key, value] = present[index] ?? ['', null]
    waiting.push({ value }, `${index > 0 ? ',' : ''}${JSON.stringify(key)}:`)
  }
  waiting.push('{')
}

/** JSON has no infinity and no NaN, so they are written as strings. */
function plainText(value: unknown): string {
  const isOddNumber = typeof value === 'number' && !Number.isFinite(value)
  return JSON.stringify(isOddNumber ? String(value) : value) ?? 'null'
}
