import type { CollectorIntake } from '../../collecting/collector-intake.ts'
import type { LogName } from '../selection.ts'
import type { LogPosition } from './collector-position.ts'
import { type LogGap, logGapEvent } from './gap-event.ts'
import { type AskLog, timeOf } from './log-client.ts'
import { type LogRow, rowEvent } from './row-event.ts'

/** Rows of one answer at most, by Opsera's documentation. */
export const ANSWER_ROWS_MAX = 1000
/** Longest window that is asked for at once, in days. */
export const WINDOW_DAYS_MAX = 31

/** What reading a log needs. */
export interface LogReadingOptions {
  readonly ask: AskLog
  readonly intake: CollectorIntake
  readonly nowMs: number
  /** Most rows held at a time. */
  readonly rowsHeldMax: number
}

/** A reading of one log: it gives out every position from which a later one can go on. */
export type ReadLog = (
  log: LogName,
  start: LogPosition,
  options: LogReadingOptions,
) => AsyncGenerator<LogPosition>

/**
 * Takes rows in, the oldest first. Answers the time of the newest; 0 without rows.
 *
 * @param rows the newest first, as they were answered: those of one millisecond keep their order.
 */
export async function storeRows(
  log: LogName,
  rows: Iterable<LogRow>,
  { intake }: Pick<LogReadingOptions, 'intake'>,
): Promise<number> {
  const oldestFirst = [...rows].reverse().sort((one, other) => timeOf(one) - timeOf(other))
  const newest = oldestFirst.at(-1)
  const newestMs = newest === undefined ? 0 : timeOf(newest)
  await intake.store(
    oldestFirst.map((row) => rowEvent(log, row)),
    `${log} until ${new Date(newestMs).toISOString()}`,
  )
  return newestMs
}

/** Keeps that rows are missing, and says so. */
export function storeGap(
  gap: LogGap,
  { intake }: Pick<LogReadingOptions, 'intake'>,
): Promise<void> {
  const missing = (gap.expected ?? gap.found) - gap.found
  return intake.storeGap(logGapEvent(gap), missing, gap.log)
}
