import { cutText } from '../../core/cut-text.ts'
import type { JsonValue } from '../../core/event.ts'
import { isJsonObject } from '../../core/json.ts'
import type { NewEvent } from '../../core/new-event.ts'
import {
  redactMembers,
  redactName,
  redactText,
  redactValue,
  TEXT_LENGTH_MAX,
} from '../redaction.ts'
import type { Translation } from '../source.ts'

/** Fields that are free text; the others are names, and events are found by them. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['message', 'userAgent'])
/** What recognises a sender's retry, and never changes. */
const UNTOUCHED: ReadonlySet<string> = new Set(['source'])

/**
 * What a source made of what it was sent, with the secrets taken out of its events. Names of actors
 * and targets lose only secrets that have a form of their own. Dead letters are redacted where they
 * become events.
 */
export function redactTranslation(translation: Translation): Translation {
  return { ...translation, events: translation.events.map(redactEvent) }
}

function redactEvent(event: NewEvent): NewEvent {
  const { details, ...fields } = event
  const safe: NewEvent = redactFields(fields)
  if (details === undefined) return safe
  return { ...safe, details: isJsonObject(details) ? redactMembers(details) : details }
}

/** A source passes values as they came, so that a field may hold anything. */
function redactFields<Fields extends object>(fields: Fields): Fields {
  const entries: readonly (readonly [string, JsonValue | undefined])[] = Object.entries(fields)
  const safe = entries.map(([name, value]) => [name, redactField(name, value)])
  // The members are the same, and their values of the same types.
  return Object.fromEntries(safe) as Fields
}

function redactField(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined || UNTOUCHED.has(name)) return value
  if (typeof value === 'string') {
    const text = cutText(value, TEXT_LENGTH_MAX)
    return FREE_TEXTS.has(name) ? redactText(text) : redactName(text)
  }
  if (!isJsonObject(value)) return redactValue(value)
  const isPlain = Object.values(value).every((member) => typeof member !== 'object')
  return isPlain ? redactFields(value) : redactValue(value)
}
