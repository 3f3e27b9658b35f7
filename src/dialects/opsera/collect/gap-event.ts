import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { type GapEvent, gapEvent, inBrackets } from '../../../intake/gap.ts'
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
export function logGapEvent({ log, fromMs, toMs, expected, found, reason }: LogGap): GapEvent {
  const [from = '', to = ''] = [fromMs, toMs].map((ms) => new Date(ms).toISOString())
  const what = expected === undefined ? 'the rows' : `up to ${expected - found} of the rows`
  return gapEvent({
    identity: [log, from, to, expected ?? 'unread'],
    time: formatTimestamp(fromMs * 1000),
    target: { type: 'log', name: log },
    message: `${log}: ${what} from ${from} to ${to} are missing${inBrackets(reason)}`,
    reason,
    details: { from, to, ...(expected !== undefined && { expected }), found },
  })
}
