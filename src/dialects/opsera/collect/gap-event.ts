import { createHash } from 'node:crypto'
import type { NewEvent } from '../../../core/new-event.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'
import { OPSERA_SOURCE_KIND } from '../collected-source.ts'
import type { LogName } from '../selection.ts'

/** A part of a log of which not every row was answered. */
export interface LogGap {
  readonly log: LogName
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  /** Rows that Opsera counts; undefined when nothing of this part could be read. */
  readonly expected?: number
  /** Rows that were answered. */
  readonly found: number
  /** What was wrong with the answers; undefined when nothing was but the number of rows. */
  readonly reason?: string
}

/**
 * The event for rows which an Opsera counts but does not answer. The same finding has the same id,
 * so that it is kept once.
 */
export function gapEvent(gap: LogGap): NewEvent & { readonly message: string } {
  const { log, fromMs, toMs, expected, found, reason } = gap
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString())
  const sha256 = createHash('sha256')
    .update(JSON.stringify([log, from, to, expected ?? 'unread']))
    .digest('hex')
  const what = expected === undefined ? 'the rows' : `up to ${expected - found} of the rows`
  const why = reason === undefined ? '' : ` (${reason})`
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    time: formatTimestamp(fromMs * 1000),
    source: { kind: OPSERA_SOURCE_KIND, eventId: `gap-${sha256}` },
    target: { type: 'log', name: log },
    message: `${log}: ${what} from ${from} to ${to} are missing${why}`,
    details: {
      from: from ?? '',
      to: to ?? '',
      ...(expected !== undefined && { expected }),
      found,
      ...(reason !== undefined && { reason }),
    },
  }
}
