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
 * Most times that the rules are applied to one text. What is left of a secret's surroundings may
 * read differently once it is gone; twice is enough for what people write.
 */
const PASSES_MAX = 4

/** Longest text that is searched, in UTF-16 units: no event holds a longer one. */
export const TEXT_LENGTH_MAX = EVENT_BYTES_MAX
/** Bytes of what is too long or too deep that are kept. */
const EXCERPT_BYTES_MAX = 4 * 1024

/** Shortest text that can hold a secret and something that says so, in UTF-16 units. */
const TEXT_LENGTH_MIN = 4

/**
 * A text with every secret taken out that the rules find: command lines, URLs, headers, SQL, JSON.
 * The rules take too much rather than too little; what is redacted already stays as it is.
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
 * A name with only those secrets taken out that have a form of their own, and passwords of URLs:
 * what a rule might take for a secret by the words around it stays.
 */
export function redactName(text: string): string {
  return withoutSpans(text, [...knownFormSpans(text), ...urlSpans(text)])
}

/** The value of a label or an attribute: a name such as `db.password` makes it a secret whole. */
export function redactNamed(name: string, value: string): string {
  return isSecretName(name) && value !== '' ? REDACTED : redactText(value)
}

/**
 * A JSON value with its texts redacted, and members whose name is a secret's redacted whole. A text
 * that is too long to be searched, and what is nested deeper than an event may be, is cut short.
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

/** Whether a value could be a secret: `null`, `true`, an empty text or list hides nothing. */
function saysSomething(value: JsonValue): boolean {
  if (value === null || typeof value === 'boolean' || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
