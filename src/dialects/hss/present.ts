import type { Event, JsonObject, Outcome, StoredEvent } from '../../core/event/event.ts'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import { COLLECTED_COLUMNS, isCollected, OTHER_COLUMNS } from './log/columns.ts'

/** An event as a row of HSS. Missing texts are empty. */
export function presentRow({ event }: StoredEvent): JsonObject {
  const columns = isCollected(event) ? COLLECTED_COLUMNS : OTHER_COLUMNS
  return {
    resource_name: columns.resource_name.show(event),
    resource_type: columns.resource_type.show(event),
    event_name: columns.event_name.show(event),
    event_id: eventId(event),
    event_type: columns.event_type.show(event),
    source_ip: columns.source_ip.show(event),
    user_name: columns.user_name.show(event),
    time: timeMs(event),
    content: content(event),
  }
}

/** A collected time that no event can have is in `details`. */
function timeMs(event: Event): number {
  const stated = isCollected(event) ? event.details?.['time'] : undefined
  if (typeof stated === 'number') return stated
  return Math.floor((parseTimestamp(event.time) ?? 0) / 1000)
}

/** HSS's id of a collected event; `details` has an id that an event cannot have. */
function eventId(event: Event): string {
  if (!isCollected(event)) return event.id
  const stated = event.details?.['event_id']
  return typeof stated === 'string' ? stated : (event.source.eventId ?? event.id)
}

function content(event: Event): string {
  const { message, details } = event
  if (!isCollected(event)) return message === undefined ? composedContent(event) : ended(event)
  const stated = message ?? details?.['content']
  return typeof stated === 'string' ? stated : ''
}

/** The sender's own message, with the outcome if the act failed, which no other column shows. */
function ended({ message = '', outcome }: Event): string {
  return NOT_DONE.has(outcome) ? `${message} (${outcome})` : message
}

const NOT_DONE: ReadonlySet<Outcome> = new Set(['failure', 'denied', 'pending'])

/** What was done to what, and how it ended: `image.push acme/app:1.0 (success)`. */
function composedContent(event: Event): string {
  const name = OTHER_COLUMNS.resource_name.show(event)
  const tag = event.target?.tag
  const shown = tag === undefined || name.endsWith(`:${tag}`) ? name : `${name}:${tag}`
  return [event.action, shown, `(${event.outcome})`].filter((part) => part !== '').join(' ')
}
