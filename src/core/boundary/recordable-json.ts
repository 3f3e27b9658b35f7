import type { JsonObject, JsonValue } from '../event/event.ts'
import { isMembers, type Members } from '../json/json.ts'
import { recordableText } from '../values/recordable-text.ts'

/**
 * A value in a form that an event can hold: U+FFFD replaces NUL and lone surrogates in texts and
 * keys, and a text replaces a number that is not finite. `inspectJson` must have accepted the size
 * and depth.
 */
export function recordableJson(value: unknown): JsonValue {
  if (typeof value === 'string') return recordableText(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(recordableJson)
  return isMembers(value) ? recordableMembers(value) : null
}

/** The members of an object in a form that an event can hold, each under a unique key. */
export function recordableMembers(members: Members): JsonObject {
  const kept = new Map<string, JsonValue>()
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) kept.set(unusedKey(kept, recordableText(key)), recordableJson(value))
  }
  return Object.fromEntries(kept)
}

/** Keys may become equal after replacement; the later ones then get longer. */
export function unusedKey(used: { has(key: string): boolean }, key: string): string {
  let unused = key
  while (used.has(unused)) unused += '\u{fffd}'
  return unused
}
