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

/** Bytes of UTF-8 that the JSON text of a value takes. The value must not be nested deep. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
