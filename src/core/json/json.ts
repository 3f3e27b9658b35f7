import type { JsonObject, JsonValue } from '../event/event.ts'

/** The members of an object whose form is not known yet. */
export type Members = { readonly [key: string]: unknown }

/** Whether a value is a JSON object. */
export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value that came from JSON is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isMembers(value)
}

/** Size of the JSON text of a value in UTF-8, in bytes. The value must not be deeply nested. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
