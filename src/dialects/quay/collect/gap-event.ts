import { createHash } from 'node:crypto'
import type { NewEvent } from '../../../core/new-event.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'
import { DAY_SECONDS, isoDay } from '../calendar-day.ts'
import { type CollectedLog, logName } from './collected-log.ts'
import { type DayGap, missingOf } from './entry-counts.ts'

/**
 * The event that tells of entries which a Quay counts but does not answer. Its time is the start of
 * their day. The same finding has the same id, so that it is kept once.
 */
export function gapEvent(
  gap: DayGap,
  log: CollectedLog,
  sourceName: string,
): NewEvent & { readonly message: string } {
  const day = isoDay(gap.day)
  const missing = missingOf(gap)
  const identity = JSON.stringify([logName(log), day, gap.kinds])
  const sha256 = createHash('sha256').update(identity).digest('hex')
  const namespace = log.kind === 'superuser' ? undefined : log.namespace
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    time: formatTimestamp(gap.day * DAY_SECONDS * 1_000_000),
    source: { kind: 'quay', name: sourceName, eventId: `gap-${sha256}` },
    target: { type: 'log', name: logName(log), namespace },
    message: `${logName(log)}: ${missing} of the entries that Quay counts on ${day} are missing`,
    details: {
      day,
      missing,
      expected: Object.fromEntries(gap.kinds.map(({ kind, expected }) => [kind, expected])),
      found: Object.fromEntries(gap.kinds.map(({ kind, found }) => [kind, found])),
    },
  }
}
