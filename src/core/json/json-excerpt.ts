import { cutJsonText } from '../cut-text.ts'
import { recordableText } from '../values/recordable-text.ts'
import { isMembers } from './json.ts'

/** What stands for a value that is too large or nested too deep for its place. */
export type JsonExcerpt = {
  /** Size of the whole: of a text itself, else of its JSON text, in bytes of UTF-8. */
  readonly bytes: number
  /** How it begins: a text itself, else its JSON text. */
  readonly excerpt: string
}

/** A value in short, of whatever size and depth; `excerptBytesMax` is for the excerpt in JSON. */
export function jsonExcerpt(value: unknown, excerptBytesMax: number): JsonExcerpt {
  let beginning = ''
  let bytes = 0
  for (const part of typeof value === 'string' ? [value] : jsonParts(value)) {
    bytes += Buffer.byteLength(part)
    // No character takes less than a byte in JSON.
    if (beginning.length < excerptBytesMax) beginning += part
  }
  return {
    bytes,
    excerpt: cutJsonText(recordableText(beginning, excerptBytesMax), excerptBytesMax),
  }
}

/** The JSON text of a value that may be nested deeper than `JSON.stringify` can follow. */
export function deepJsonText(value: unknown): string {
  return [...jsonParts(value)].join('')
}

/** A part of the text, or a value that is still to be written. */
type Waiting = string | { readonly value: unknown }

/** Recursion would end the program over a hundred thousand brackets: this keeps a list. */
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

/** JSON has no infinity and no NaN: they are written as texts. */
function plainText(value: unknown): string {
  const isOddNumber = typeof value === 'number' && !Number.isFinite(value)
  return JSON.stringify(isOddNumber ? String(value) : value) ?? 'null'
}
