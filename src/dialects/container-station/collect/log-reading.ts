import { createHash } from 'node:crypto'
import { deadRowEvent } from '../../../intake/dead-letter.ts'
import type { CollectorIntake } from '../../collecting/collector-intake.ts'
import { isUseless } from '../../collecting/unread-spans.ts'
import type { WallClock } from '../log/wall-clock.ts'
import { stationGapEvent } from './gap-event.ts'
import { rowEvent, rowEventId } from './row-event.ts'
import type { LogItem, StationClient } from './station-client.ts'

/** Rows asked for at once. */
const PAGE_ROWS = 500
/** Rows read again behind the last one that is known: a clock that was set back puts rows there. */
const OVERLAP_ROWS = 100
/** Most rows held at a time; the log is newest first, the ledger is not. */
const ROWS_HELD_MAX = 50_000
/** Most pages of one reading: far more than a station keeps. */
const PAGES_MAX = 10_000
/** What is wrong with a log whose pages do not come to an end. */
const ENDLESS = 'its pages repeat or go on without end'

/** Where rows come from and go to. */
export interface LogReadingOptions {
  readonly client: StationClient
  readonly intake: CollectorIntake
  readonly wallClock: WallClock
}

/**
 * Reads the rows that follow the last known one, from the newest back to it. Answers the name of
 * the newest row.
 *
 * When the last known row is no longer there, the log was cleared: the rows that are left are
 * read, and an event says that others are missing. So does one when the log cannot be read back to
 * that row; nothing of it is read again.
 */
export async function readLog(
  lastRow: string | undefined,
  options: LogReadingOptions,
): Promise<string | undefined> {
  const { client, intake } = options
  const pages = new SeenPages()
  const held: LogItem[] = []
  let newest: string | undefined
  let known = 0
  let offset = 0
  let failure: string | undefined
  while (known <= OVERLAP_ROWS && failure === undefined) {
    let items: readonly LogItem[]
    try {
      items = await client.rows(PAGE_ROWS, offset)
    } catch (error) {
      // Without a single row the next run may do better.
      if (offset === 0 || !isUseless(error)) throw error
      failure = error.message
      break
    }
    if (items.length === 0) break
    if (pages.isSeen(items)) {
      failure = ENDLESS
      break
    }
    for (const item of items) {
      const id = item.row && rowEventId(item.row)
      newest ??= id
      // The known row counts as well, and so does all that is behind it.
      if (known > 0 || (id !== undefined && id === lastRow)) known += 1
      if (known <= OVERLAP_ROWS) held.push(item)
    }
    offset += items.length
    if (held.length >= ROWS_HELD_MAX) await flush(held.splice(0), options)
  }
  await flush(held, options)
  if (failure !== undefined || (lastRow !== undefined && known === 0)) {
    const found = newest ?? 'nothing'
    const gap = stationGapEvent({
      what: 'log',
      after: lastRow ?? 'nothing',
      found,
      reason: failure,
    })
    await intake.storeGap(gap, 0, 'the log')
  }
  return newest
}

/** Notices pages that come again, as of a station that does not know how to skip rows. */
class SeenPages {
  #pages = 0
  readonly #hashes = new Set<string>()

  isSeen(items: readonly LogItem[]): boolean {
    const hash = createHash('sha256')
    for (const { row } of items) hash.update(row === undefined ? '-' : rowEventId(row))
    const page = hash.digest('base64')
    this.#pages += 1
    const isSeen = this.#hashes.has(page) || this.#pages > PAGES_MAX
    this.#hashes.add(page)
    return isSeen
  }
}

async function flush(items: readonly LogItem[], options: LogReadingOptions): Promise<void> {
  const oldestFirst = [...items].reverse()
  await options.intake.store(
    oldestFirst.map(({ item, row }) =>
      row === undefined ? deadRowEvent('log', item) : rowEvent(row, options.wallClock),
    ),
    `the log, ${items.length} rows`,
  )
}
