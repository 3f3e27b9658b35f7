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

/** Fields with free text; other texts are names, which searches have to find. */
const FREE_TEXTS: ReadonlySet<string> = new Set(['message', 'userAgent'])
/** Fields whose members are names. */
const PARTIES: ReadonlySet<string> = new Set(['actor', 'target', 'client'])

/**
 * A translation without the secrets in its events. Names of actors and targets lose only secrets of
 * a known form. `source.eventId` stays, because it recognizes a retry. Dead letters are redacted
 * when they become events.
 */
export function redactTranslation(translation: Translation): Translation {
  return { ...translation, events: translation.events.map(redactedEvent) }
}

/** One event without the secrets in it. */
export function redactedEvent({ source, ...fields }: NewEvent): NewEvent {
  const safe = redactFields(fields)
  return source === undefined ? safe : { ...safe, source }
}

/** A source passes values as they were sent, so a field may hold a value of any type. */
function redactFields<Fields extends object>(fields: Fields): Fields {
  const entries: readonly (readonly [string, JsonValue | undefined])[] = Object.entries(fields)
  const safe = entries.map(([name, value]) => [name, redactField(name, value)])
  // Redaction changes neither the members nor the types of their values.
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
