import type { JsonObject, JsonValue } from '../../core/event.ts'
import { BATCH_EVENTS_MAX } from '../../core/limits.ts'

/** What a notification body holds: its items in order, or why it cannot be read. */
export type Envelope = { readonly items: readonly JsonValue[] } | { readonly unreadable: string }

/**
 * Opens the body of a registry notification: `{"events":[…]}`, the same in both media types
 * (`application/vnd.docker.distribution.events.v1+json` and `…events.v2+json`). The items differ
 * only in that a v2 target is a whole OCI descriptor. The Content-Type is not looked at, because
 * proxies rewrite it and the body says everything.
 */
export function openEnvelope(body: Buffer): Envelope {
  const parsed = parseBody(body)
  if (parsed === undefined) return { unreadable: 'the body is not JSON in UTF-8' }
  const events = isJsonObject(parsed) ? parsed['events'] : undefined
  if (!isJsonArray(events)) return { unreadable: 'the body has no list `events`' }
  if (events.length > BATCH_EVENTS_MAX) {
    return { unreadable: `the body has more than ${BATCH_EVENTS_MAX} events` }
  }
  return { items: events }
}

function parseBody(body: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Whether a JSON value is an object: neither null nor a list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
