import type { JsonObject, JsonValue } from '../event/event.ts'
import { isJsonObject } from '../json/json.ts'
import { type JsonExcerpt, jsonExcerpt } from '../json/json-excerpt.ts'
import { DETAILS_DEPTH_MAX, EVENT_BYTES_MAX } from '../limits.ts'
import { commandSpans } from './command-secrets.ts'
import { schemeSpans } from './credentials.ts'
import { knownFormSpans } from './known-forms.ts'
import { namedSecretSpans } from './named-secrets.ts'
import { isSecretName } from './secret-names.ts'
import { REDACTED, withoutSpans } from './span.ts'
import { textRuleSpans } from './text-rules.ts'
import { urlSpans } from './url-secrets.ts'

/**
 * Most times that the rules are applied to one text. Removing a secret may change how the rest is
 * read; twice is enough for ordinary texts.
 */
const PASSES_MAX = 4

/** Longest text that is searched, in UTF-16 units; no event has a longer one. */
export const TEXT_LENGTH_MAX = EVENT_BYTES_MAX
/** Bytes that are kept of a value that is too long or too deep. */
const EXCERPT_BYTES_MAX = 4 * 1024

/** Shortest text that can contain a secret and a mark of it, in UTF-16 units. */
const TEXT_LENGTH_MIN = 4

/**
 * Removes every secret that the rules find in a text: in command lines, URLs, headers, SQL, JSON.
 * The rules remove too much rather than too little; text that is already redacted stays unchanged.
 */
export function redactText(text: string): string {
  if (text.length < TEXT_LENGTH_MIN) return text
  let before = text
  for (let passes = 0; passes < PASSES_MAX; passes += 1) {
    const after = withoutSpans(before, [
      ...knownFormSpans(before),
      ...urlSpans(before),
      ...schemeSpans(before),
      ...namedSecretSpans(before),
      ...commandSpans(before),
      ...textRuleSpans(before),
    ])
    if (after === before) break
    before = after
  }
  return before
}

/**
 * Removes from a name only secrets with a known form and passwords in URLs, but not what a rule
 * might take for a secret because of the words around it.
 */
export function redactName(text: string): string {
  return withoutSpans(text, [...knownFormSpans(text), ...urlSpans(text)])
}

/**
 * Redacts the value of a label or an attribute; a name such as `db.password` makes the whole value
 * secret.
 */
export function redactNamed(name: string, value: string): string {
  return isSecretName(name) && value !== '' ? REDACTED : redactText(value)
}

/**
 * Redacts the texts of a JSON value, and whole members whose name is a secret's. A text that is too
 * long to be searched, or a value nested deeper than an event may be, is cut.
 */
export function redactValue(value: JsonValue): JsonValue {
  return valueWithin(value, DETAILS_DEPTH_MAX)
}

function membersWithin(members: JsonObject, depthLeft: number): JsonObject {
  const safe = Object.entries(members).map(([name, value]) => [
    name,
    saysSomething(value) && isSecretName(name) ? REDACTED : valueWithin(value, depthLeft - 1),
  ])
  return Object.fromEntries(safe)
}

function valueWithin(value: JsonValue, depthLeft: number): JsonValue {
  if (typeof value === 'string') {
    return value.length > TEXT_LENGTH_MAX ? inShort(value) : redactText(value)
  }
  if (typeof value !== 'object' || value === null) return value
  if (depthLeft <= 0) return inShort(value)
  if (isJsonObject(value)) return membersWithin(value, depthLeft)
  return value.map((item) => valueWithin(item, depthLeft - 1))
}

function inShort(value: JsonValue): JsonExcerpt {
  const { bytes, excerpt } = jsonExcerpt(value, EXCERPT_BYTES_MAX)
  return { bytes, excerpt: redactText(excerpt) }
}

/** Whether a value could be a secret: `null`, `true`, an empty text or list cannot. */
function saysSomething(value: JsonValue): boolean {
  if (value === null || typeof value === 'boolean' || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
