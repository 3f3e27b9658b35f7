import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { type GapEvent, gapEvent, inBrackets } from '../../../intake/gap.ts'
import { DAY_SECONDS, type DayNumber, isoDay } from '../entries/calendar-day.ts'
import { type CollectedLog, logName } from './collected-log.ts'
import { type DayGap, missingOf } from './walk/entry-counts.ts'

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

/**
 * The event for entries which a Quay does not answer. Its time is the start of their day. The same
 * finding has the same id, so that it is kept once.
 */
export function logGapEvent(gap: LogGap, log: CollectedLog): GapEvent {
  const day = isoDay(gap.day)
  const { counted, reason } = gap
  const kinds = counted?.kinds ?? []
  const missing = counted === undefined ? undefined : missingOf(counted)
  const what =
    missing === undefined
      ? `entries of ${day} may be missing`
      : `${missing} of the entries that Quay counts on ${day} are missing`
  return gapEvent({
    target: targetOf(log),
    identity: [logName(log), day, ...(counted === undefined ? ['unread'] : [kinds])],
    time: formatTimestamp(gap.day * DAY_SECONDS * 1_000_000),
    message: `${logName(log)}: ${what}${inBrackets(reason)}; ${WAY_ON}`,
    reason,
    details: {
      day,
      ...(missing !== undefined && { missing }),
      ...(counted !== undefined && {
        expected: Object.fromEntries(kinds.map(({ kind, expected }) => [kind, expected])),
        found: Object.fromEntries(kinds.map(({ kind, found }) => [kind, found])),
      }),
    },
  })
}

/**
 * The event for a log that could not be read from a day on. It is read again from there by the next
 * run, so nothing of it is lost yet.
 */
export function unreadLogEvent(
  log: CollectedLog,
  { day, reason }: { readonly day: DayNumber; readonly reason: string },
): GapEvent {
  const from = isoDay(day)
  return gapEvent({
    target: targetOf(log),
    identity: [logName(log), from, 'unread log', reason],
    message:
      `${logName(log)}: nothing could be read from ${from} on (${reason}); ` +
      `the next run tries again from there, or ${WAY_ON}`,
    reason,
    details: { day: from },
  })
}

function targetOf(log: CollectedLog) {
  const namespace = log.kind === 'superuser' ? undefined : log.namespace
  return { type: 'log', name: logName(log), ...(namespace !== undefined && { namespace }) }
}
