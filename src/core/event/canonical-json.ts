import type { Event, JsonValue } from './event.ts'

/**
 * The canonical JSON text of a value (RFC 8785, JCS).
 *
 * ECMAScript's own serializer writes numbers and strings as JCS requires, because JCS is based on
 * it. What remains is the order of keys, by UTF-16 code unit: a value with ordered keys goes to the
 * serializer as a whole, which is several times faster than writing it here.
 *
 * The caller must have validated the value: numbers finite, strings well formed.
 */
export function canonicalJson(value: JsonValue | Event): string {
  if (typeof value !== 'object' || value === null || isCanonicallyOrdered(value)) {
    return JSON.stringify(value)
  }
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: string[] = []
  for (const [key, member] of Object.entries(value).sort(compareKeys)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

/**
 * Whether the serializer would list every key of the value in canonical order. It would not for
 * integer-like keys such as `10` and `9`: V8 lists those first and by number.
 */
export function isCanonicallyOrdered(value: JsonValue | Event | undefined): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (isList(value)) return value.every(isCanonicallyOrdered)
  let previous = ''
  for (const [key, member] of Object.entries(value)) {
    if (key < previous || !isCanonicallyOrdered(member)) return false
    previous = key
  }
  return true
}

/** The value with the keys of every object in canonical order, as far as V8 permits. */
export function withOrderedKeys(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || isCanonicallyOrdered(value)) return value
  if (isList(value)) return value.map(withOrderedKeys)
  const entries = Object.entries(value).sort(compareKeys)
  return Object.fromEntries(entries.map(([key, member]) => [key, withOrderedKeys(member)]))
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** JavaScript compares strings by UTF-16 code unit, which is the key order of JCS. */
function compareKeys([left]: readonly [string, unknown], [right]: readonly [string, unknown]) {
  if (left === right) return 0
  return left < right ? -1 : 1
}
