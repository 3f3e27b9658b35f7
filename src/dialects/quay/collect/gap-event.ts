import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../core/event.ts'
import type { NewEvent } from '../../../core/new-event.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'
import { DAY_SECONDS, type DayNumber, isoDay } from '../calendar-day.ts'
import { type CollectedLog, logName } from './collected-log.ts'
import { type DayGap, missingOf } from './entry-counts.ts'

/** How people get what a Quay's API does not answer. */
const WAY_ON = "`waybill import quay --database` reads all of it from the Quay's database"

/** A part of a log that could not be had. */
export interface LogGap {
  readonly day: DayNumber
  /** What is missing by the Quay's own counts; undefined when they do not say. */
  readonly counted?: DayGap | undefined
  /** What was wrong with the answers; undefined when nothing was but the number of entries. */
  readonly reason?: string | undefined
}

/** An event that says so, and its sentence for people. */
export type GapEvent = NewEvent & { readonly message: string }

/**
 * The event for entries which a Quay does not answer. Its time is the start of their day. The same
 * finding has the same id, so that it is kept once.
 */
export function gapEvent(gap: LogGap, log: CollectedLog, sourceName: string): GapEvent {
  const day = isoDay(gap.day)
  const { counted, reason } = gap
  const kinds = counted?.kinds ?? []
  const missing = counted === undefined ? undefined : missingOf(counted)
  const identity = [logName(log), day, ...(counted === undefined ? ['unread'] : [kinds])]
  const details = {
    day,
    ...(missing !== undefined && { missing }),
    ...(counted !== undefined && {
      expected: Object.fromEntries(kinds.map(({ kind, expected }) => [kind, expected])),
      found: Object.fromEntries(kinds.map(({ kind, found }) => [kind, found])),
    }),
    ...(reason !== undefined && { reason }),
  }
  const what =
    missing === undefined
      ? `entries of ${day} may be missing`
      : `${missing} of the entries that Quay counts on ${day} are missing`
  const why = reason === undefined ? '' : ` (${reason})`
  return eventOf(log, {
    ...{ sourceName, identity, details },
    time: formatTimestamp(gap.day * DAY_SECONDS * 1_000_000),
    message: `${logName(log)}: ${what}${why}; ${WAY_ON}`,
  })
}

/**
 * The event for a log that could not be read from a day on. It is read again from there by the next
 * run, so nothing of it is lost yet.
 */
export function unreadLogEvent(
  log: CollectedLog,
  { day, reason }: { readonly day: DayNumber; readonly reason: string },
  sourceName: string,
): GapEvent {
  const from = isoDay(day)
  return eventOf(log, {
    sourceName,
    identity: [logName(log), from, 'unread log', reason],
    details: { day: from, reason },
    message:
      `${logName(log)}: nothing could be read from ${from} on (${reason}); ` +
      `the next run tries again from there, or ${WAY_ON}`,
  })
}

function eventOf(
  log: CollectedLog,
  gap: {
    readonly sourceName: string
    readonly identity: readonly unknown[]
    readonly time?: string
    readonly message: string
    readonly details: JsonObject
  },
): GapEvent {
  const { sourceName, identity, time, message, details } = gap
  const sha256 = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  const namespace = log.kind === 'superuser' ? undefined : log.namespace
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    ...(time !== undefined && { time }),
    source: { kind: 'quay', name: sourceName, eventId: `gap-${sha256}` },
    target: {
      type: 'log',
      name: logName(log),
      ...(namespace !== undefined && { namespace }),
    },
    message,
    details,
  }
}
