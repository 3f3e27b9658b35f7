import type { NewEvent } from '../../../core/new-event.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'

/** Rows that HSS counts between two milliseconds, and how many of them it answered. */
export interface LogGap {
  readonly fromMs: number
  readonly toMs: number
  readonly expected: number
  readonly found: number
}

/** The event that tells of rows which could not be had. The same finding has the same id. */
export function gapEvent(gap: LogGap): NewEvent & { readonly message: string } {
  const { fromMs, toMs, expected, found } = gap
  const [from, to] = [fromMs, toMs].map((ms) => formatTimestamp(ms * 1000))
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    ...(from !== undefined && { time: from }),
    source: { eventId: `gap-${fromMs}-${toMs}-${expected}-${found}` },
    target: { type: 'log', name: 'image operations' },
    message: `${expected - found} of the ${expected} rows from ${from} to ${to} are missing`,
    details: { fromMs, toMs, expected, found, missing: expected - found },
  }
}
