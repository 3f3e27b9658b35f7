import type { JsonObject, JsonValue } from '../event/event.ts'
import { isMembers, type Members } from '../json/json.ts'
import { recordableText } from '../values/recordable-text.ts'

/**
 * A value as an event can hold it: U+FFFD in its texts and keys for NUL and halves of characters,
 * and a text in place of a number that is not finite. `inspectJson` must have found no size and no
 * depth to object to.
 */
export function recordableJson(value: unknown): JsonValue {
  if (typeof value === 'string') return recordableText(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(recordableJson)
  return isMembers(value) ? recordableMembers(value) : null
}

/** The members of an object as an event can hold them, each under a key of its own. */
export function recordableMembers(members: Members): JsonObject {
  const kept = new Map<string, JsonValue>()
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) kept.set(unusedKey(kept, recordableText(key)), recordableJson(value))
  }
  return Object.fromEntries(kept)
}

/** Keys that differed only in what was replaced would be one: the later ones get longer. */
export function unusedKey(used: { has(key: string): boolean }, key: string): string {
  let unused = key
  while (used.has(unused)) unused += '\u{fffd}'
  return unused
}
