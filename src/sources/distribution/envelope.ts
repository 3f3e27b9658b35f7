import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { jsonExcerpt } from '../../core/json/json-excerpt.ts'
import { BATCH_EVENTS_MAX } from '../../core/limits.ts'
import { parseJsonBody } from '../bodies/json-body.ts'

/** The action of a delivery that only checks whether Waybill answers. */
export const PING = 'ping'

/** Largest JSON text that is kept of an envelope's other members, in bytes. */
const OTHERS_BYTES_MAX = 1024

/** The items of a notification body in order, or why it cannot be read. */
export type Envelope =
  | {
      readonly items: readonly JsonValue[]
      /** Members of the envelope besides its events. */
      readonly others: JsonObject
    }
  | { readonly unreadable: string }

/**
 * Opens the body of a registry notification: `{"events":[…]}`, the same in both media types
 * (`application/vnd.docker.distribution.events.v1+json` and `…events.v2+json`). They differ only in
 * that a v2 target is a whole OCI descriptor. The Content-Type is ignored, because proxies rewrite
 * it and the body is sufficient.
 *
 * Azure Container Registry sends one event without an envelope, which is read as a list of one.
 */
export function openEnvelope(body: Buffer): Envelope {
  const parsed = parseJsonBody(body)
  if (parsed === undefined) return { unreadable: 'the body is not JSON in UTF-8' }
  if (!isJsonObject(parsed)) return { unreadable: 'the body has no list `events`' }
  const { events, ...others } = parsed
  if (isJsonArray(events)) {
    return events.length > BATCH_EVENTS_MAX
      ? { unreadable: `the body has more than ${BATCH_EVENTS_MAX} events` }
      : { items: events, others: inShort(others) }
  }
  if (isEvent(events)) return { items: [events], others: inShort(others) }
  return isEvent(parsed)
    ? { items: [parsed], others: {} }
    : { unreadable: 'the body has no list `events`' }
}

/** Bounds the size, since each of possibly thousands of events repeats these members. */
function inShort(others: JsonObject): JsonObject {
  const excerpt = jsonExcerpt(others, OTHERS_BYTES_MAX)
  return excerpt.bytes > OTHERS_BYTES_MAX ? excerpt : others
}

/** Whether an object is an event without an envelope, rather than another system's notification. */
function isEvent(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value) && (isJsonObject(value['target']) || value['action'] === PING)
}

function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
