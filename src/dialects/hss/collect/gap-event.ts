import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { type GapEvent, gapEvent, inBrackets } from '../../../intake/gap.ts'

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
export function logGapEvent({ fromMs, toMs, expected, found, reason }: LogGap): GapEvent {
  const [from, to] = [fromMs, toMs].map((ms) => formatTimestamp(ms * 1000))
  const what = expected === undefined ? 'the rows' : `${expected - found} of the ${expected} rows`
  return gapEvent({
    identity: `${fromMs}-${toMs}-${expected ?? 'unread'}-${found}`,
    time: from,
    target: { type: 'log', name: 'image operations' },
    message: `image operations: ${what} from ${from} to ${to} are missing${inBrackets(reason)}`,
    reason,
    details: {
      ...{ fromMs, toMs, found },
      ...(expected !== undefined && { expected, missing: expected - found }),
    },
  })
}
