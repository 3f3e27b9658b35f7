import type { Event, JsonObject, StoredEvent } from '../../core/event/event.ts'
import { messageOf } from './log/message.ts'
import { shownLevel } from './log/shown-level.ts'
import type { WallClock } from './log/wall-clock.ts'
import { NOBODY, shownCategory } from './selection.ts'

/** A row of the log as JSON. Its id is the position in the ledger, from 1. */
export function presentRow({ event, seq }: StoredEvent, wallClock: WallClock): JsonObject {
  return {
    category: shownCategory(event.category),
    id: seq + 1,
    level: shownLevel(event).toUpperCase(),
    message: messageOf(event),
    ts: wallClock.seconds(event.time),
    user: userOf(event),
  }
}

/** The first line of the log as CSV. */
export const CSV_HEADER = csvLine(['Date', 'Level', 'Category', 'User', 'Message'])

/** A row of the log as a line of CSV. */
export function presentCsvLine(event: Event, wallClock: WallClock): string {
  return csvLine([
    wallClock.text(event.time),
    shownLevel(event).toUpperCase(),
    shownCategory(event.category),
    userOf(event),
    messageOf(event),
  ])
}

/** The actor; `system` when unknown. */
export function userOf({ actor }: Event): string {
  return actor?.name ?? NOBODY
}

/** A line as Python's `csv` module writes it: quotes only where needed, CRLF. */
function csvLine(fields: readonly string[]): string {
  const written = fields.map((field) =>
    /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  )
  return `${written.join(',')}\r\n`
}
