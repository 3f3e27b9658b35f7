import type { JsonObject, JsonValue } from '../core/event.ts'
import { isJsonObject } from '../core/json.ts'
import { type JsonExcerpt, jsonExcerpt } from '../core/json-excerpt.ts'
import { inspectJson } from '../core/json-inspection.ts'
import { DETAILS_DEPTH_MAX } from '../core/limits.ts'
import { redactNamed } from './redaction.ts'

/** Bytes of JSON that are kept of a member which no event has room for. */
const EXCERPT_BYTES_MAX = 12 * 1024

/** A JSON Web Token, however short (RFC 7519): `eyJ` is `{"` in base64url. */
const SIGNED_TOKEN = /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/

/**
 * The members of an object of `details`, without the secrets in them. Of one that is too large or
 * too deep for any event there is an excerpt, so that the others keep their places.
 *
 * @param depthMax levels that the object may have, itself included.
 */
export function redactedMembers(members: JsonObject, depthMax = DETAILS_DEPTH_MAX): JsonObject {
  const kept = Object.entries(members).map(([key, value]): [string, JsonValue] => {
    const verdict = inspectJson(value, depthMax - 1)
    const fits = verdict === 'fine' || verdict === 'odd'
    return [key, fits ? redacted(key, value) : redactedExcerpt(key, value)]
  })
  return Object.fromEntries(kept)
}

/** Items of a list belong to the name of the list. */
function redacted(name: string, value: JsonValue): JsonValue {
  if (typeof value === 'string') return redactedText(name, value)
  if (typeof value === 'number') {
    const text = redactNamed(name, String(value))
    return text === String(value) ? value : text
  }
  if (isJsonObject(value)) {
    const kept = Object.entries(value).map(([key, inner]) => [key, redacted(key, inner)] as const)
    return Object.fromEntries(kept)
  }
  return Array.isArray(value) ? value.map((item) => redacted(name, item)) : value
}

function redactedText(name: string, text: string): string {
  return redactNamed(SIGNED_TOKEN.test(text) ? 'token' : name, text)
}

function redactedExcerpt(name: string, value: JsonValue): JsonExcerpt {
  const { bytes, excerpt } = jsonExcerpt(value, EXCERPT_BYTES_MAX)
  return { bytes, excerpt: redactedText(name, excerpt) }
}
