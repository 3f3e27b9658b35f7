import type { JsonObject, JsonValue } from '../core/event.ts'
import { isJsonObject } from '../core/json.ts'
import { redactNamed } from './redaction.ts'

/** A JSON Web Token, however short (RFC 7519): `eyJ` is `{"` in base64url. */
const SIGNED_TOKEN = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/

/** The members of an object without the secrets in them. They must not be nested deep. */
export function redactedMembers(members: JsonObject): JsonObject {
  const kept = Object.entries(members).map(([key, value]) => [key, redacted(key, value)] as const)
  return Object.fromEntries(kept)
}

/** Items of a list belong to the name of the list. */
function redacted(name: string, value: JsonValue): JsonValue {
  if (typeof value === 'string')
    return redactNamed(SIGNED_TOKEN.test(value) ? 'token' : name, value)
  if (typeof value === 'number') {
    const text = redactNamed(name, String(value))
    return text === String(value) ? value : text
  }
  if (isJsonObject(value)) return redactedMembers(value)
  return Array.isArray(value) ? value.map((item) => redacted(name, item)) : value
}
