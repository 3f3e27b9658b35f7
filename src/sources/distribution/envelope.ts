import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { jsonExcerpt } from '../../core/json/json-excerpt.ts'
import { BATCH_EVENTS_MAX } from '../../core/limits.ts'
import { parseJsonBody } from '../bodies/json-body.ts'

/** The verb of a delivery that only tries out whether Waybill answers. */
export const PING = 'ping'

/** Most bytes of JSON that are kept of what an envelope has besides its events. */
const OTHERS_BYTES_MAX = 1024

/** What a notification body holds: its items in order, or why it cannot be read. */
export type Envelope =
  | {
      readonly items: readonly JsonValue[]
      /** What the envelope has besides its events. */
      readonly others: JsonObject
    }
  | { readonly unreadable: string }

/**
 * Opens the body of a registry notification: `{"events":[…]}`, the same in both media types
 * (`application/vnd.docker.distribution.events.v1+json` and `…events.v2+json`). The items differ
 * only in that a v2 target is a whole OCI descriptor. The Content-Type is not looked at, because
 * proxies rewrite it and the body says everything.
 *
 * Azure Container Registry sends one event without an envelope: it is a list of one.
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

/** Each of thousands of events repeats them. */
function inShort(others: JsonObject): JsonObject {
  const excerpt = jsonExcerpt(others, OTHERS_BYTES_MAX)
  return excerpt.bytes > OTHERS_BYTES_MAX ? excerpt : others
}

/** Whether an object is an event without an envelope, not a notification of another system. */
function isEvent(value: JsonValue | undefined): value is JsonObject {
  return isJsonObject(value) && (isJsonObject(value['target']) || value['action'] === PING)
}

function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}
