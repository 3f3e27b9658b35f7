import { cutText } from '../../core/cut-text.ts'
import type { JsonValue } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import {
  redactName,
  redactText,
  redactValue,
  TEXT_LENGTH_MAX,
} from '../../core/redaction/redact.ts'
import type { Translation } from '../source.ts'

/** Fields that are free text; the other texts are names, and events are found by them. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['message', 'userAgent'])
/** Fields that have names as their members. */
const PARTIES: ReadonlySet<string> = new Set(['actor', 'target', 'client'])

/**
 * What a source made of what it was sent, with the secrets taken out of its events. Names of actors
 * and targets lose only secrets that have a form of their own. What recognizes a retry,
 * `source.eventId`, stays. Dead letters are redacted where they become events.
 */
export function redactTranslation(translation: Translation): Translation {
  return { ...translation, events: translation.events.map(redactedEvent) }
}

/** One event, with the secrets taken out of it. */
export function redactedEvent({ source, ...fields }: NewEvent): NewEvent {
  const safe = redactFields(fields)
  return source === undefined ? safe : { ...safe, source }
}

/** A source passes values as they came, so that a field may hold anything. */
function redactFields<Fields extends object>(fields: Fields): Fields {
  const entries: readonly (readonly [string, JsonValue | undefined])[] = Object.entries(fields)
  const safe = entries.map(([name, value]) => [name, redactField(name, value)])
  // The members are the same, and their values of the same types.
  return Object.fromEntries(safe) as Fields
}

function redactField(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (value === undefined) return value
  if (typeof value === 'string' && name !== 'details') {
    const text = cutText(value, TEXT_LENGTH_MAX)
    return FREE_TEXTS.has(name) ? redactText(text) : redactName(text)
  }
  return PARTIES.has(name) && isJsonObject(value) ? redactFields(value) : redactValue(value)
}
