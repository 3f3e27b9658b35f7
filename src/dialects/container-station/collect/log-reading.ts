import type { CollectorIntake } from '../../collector-intake.ts'
import type { WallClock } from '../wall-clock.ts'
import { gapEvent } from './gap-event.ts'
import { type LogRow, rowEvent, rowEventId } from './row-event.ts'
import type { StationClient } from './station-client.ts'

/** Rows asked for at once. */
const PAGE_ROWS = 500
/** Rows read again behind the last one that is known: a clock that was set back puts rows there. */
const OVERLAP_ROWS = 100
/** Most rows held at a time; the log is newest first, the ledger is not. */
const ROWS_HELD_MAX = 50_000

/** Where rows come from and go to. */
export interface LogReadingOptions {
  readonly client: StationClient
  readonly intake: CollectorIntake
  readonly wallClock: WallClock
  /** Told, in a sentence, what is not as it should be. */
  readonly trouble: (message: string) => void
}

/**
 * Reads the rows that follow the last known one, from the newest back to it. Answers the name of
 * the newest row.
 *
 * When the last known row is not there any more, the log was cleared: the rows that are left are
 * read, and an event tells of those that are missing.
 */
export async function readLog(
  lastRow: string | undefined,
  options: LogReadingOptions,
): Promise<string | undefined> {
  const { client, intake } = options
  const held: LogRow[] = []
  let newest: string | undefined
  let known = 0
  let offset = 0
  while (known <= OVERLAP_ROWS) {
    const rows = await client.rows(PAGE_ROWS, offset)
    for (const row of rows) {
      const id = rowEventId(row)
      newest ??= id
      // The known row counts as well, and so does all that is behind it.
      if (known > 0 || id === lastRow) known += 1
      if (known <= OVERLAP_ROWS) held.push(row)
    }
    offset += rows.length
    if (held.length >= ROWS_HELD_MAX) await flush(held.splice(0), options)
    if (rows.length === 0) break
  }
  await flush(held, options)
  if (lastRow !== undefined && known === 0) {
    const gap = gapEvent({ what: 'log', after: lastRow, found: newest ?? 'nothing' })
    options.trouble(gap.message)
    await intake.store([gap], 'the log')
  }
  return newest
}

async function flush(rows: readonly LogRow[], options: LogReadingOptions): Promise<void> {
  const oldestFirst = [...rows].reverse()
  await options.intake.store(
    oldestFirst.map((row) => rowEvent(row, options.wallClock)),
    `the log, ${rows.length} rows`,
  )
}
