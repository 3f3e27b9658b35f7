import type { NewEvent } from '../../../core/new-event.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'

/** Rows that HSS counts between two milliseconds, and how many of them it answered. */
export interface LogGap {
  readonly fromMs: number
  readonly toMs: number
  /** Undefined when nothing of the window could be read. */
  readonly expected?: number
  readonly found: number
  /** What was wrong with the answers; undefined when nothing was but the number of rows. */
  readonly reason?: string
}

/** The event for rows which could not be had. The same finding has the same id. */
export function gapEvent(gap: LogGap): NewEvent & { readonly message: string } {
  const { fromMs, toMs, expected, found, reason } = gap
  const [from, to] = [fromMs, toMs].map((ms) => formatTimestamp(ms * 1000))
  const what = expected === undefined ? 'the rows' : `${expected - found} of the ${expected} rows`
  const why = reason === undefined ? '' : ` (${reason})`
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    ...(from !== undefined && { time: from }),
    source: { eventId: `gap-${fromMs}-${toMs}-${expected ?? 'unread'}-${found}` },
    target: { type: 'log', name: 'image operations' },
    message: `image operations: ${what} from ${from} to ${to} are missing${why}`,
    details: {
      ...{ fromMs, toMs, found },
      ...(expected !== undefined && { expected, missing: expected - found }),
      ...(reason !== undefined && { reason }),
    },
  }
}
