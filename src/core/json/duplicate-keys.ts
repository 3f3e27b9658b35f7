import { COLON, isBlank, QUOTE } from '../boundary/transcribe/json-bytes.ts'
import { endOfString, skipBlankText } from './json-text.ts'

/**
 * Counts the quotes followed by a colon in JSON text: one for each member of an object, and more
 * only when a string contains `\":`. One pass over the bytes, for every request.
 */
export function countMemberMarks(json: Uint8Array): number {
  let count = 0
  for (let index = 0; index < json.length; index += 1) {
    // One comparison for most bytes: the text before a colon is examined only at a colon.
    if (json[index] !== COLON) continue
    let before = index - 1
    while (isBlank(json[before])) before -= 1
    if (json[before] === QUOTE) count += 1
  }
  return count
}

/** Counts the members of every object in a parsed JSON value. */
export function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item)
    return count
  }
  for (const member of Object.values(value)) {
    count += 1
    if (typeof member === 'object' && member !== null) count += countMembers(member)
  }
  return count
}

/**
 * The first duplicate key in valid JSON text, as `findDuplicateKey`. Nearly every text passes the
 * cheap count.
 *
 * @param value what the text parses to.
 */
export function duplicateKey(text: string, value: unknown): string | undefined {
  const hasEachOnce = countMemberMarks(Buffer.from(text)) === countMembers(value)
  return hasEachOnce ? undefined : findDuplicateKey(text)
}

/**
 * The first duplicate key in an object of the JSON text, or undefined.
 *
 * JSON.parse silently keeps the last of two equal keys, so that readers of the raw text and of the
 * event could see two different values; I-JSON (RFC 7493 section 2.3) forbids it. The text must be
 * valid JSON.
 */
export function findDuplicateKey(json: string): string | undefined {
  const keysOfOpenObjects: Set<string>[] = []
  let index = 0
  while (index < json.length) {
    const character = json.charCodeAt(index)
    if (character === QUOTE) {
      const end = endOfString(json, index)
      const keys = keysOfOpenObjects.at(-1)
      if (keys !== undefined && isFollowedByColon(json, end)) {
        const key: unknown = JSON.parse(json.slice(index, end))
        if (typeof key === 'string' && keys.has(key)) return key
        keys.add(String(key))
      }
      index = end
      continue
    }
    if (json.charAt(index) === '{') keysOfOpenObjects.push(new Set())
    if (json.charAt(index) === '}') keysOfOpenObjects.pop()
    index += 1
  }
  return undefined
}

function isFollowedByColon(json: string, from: number): boolean {
  return json.charCodeAt(skipBlankText(json, from)) === COLON
}
