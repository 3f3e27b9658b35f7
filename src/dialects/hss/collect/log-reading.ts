import type { CollectorIntake } from '../../collector-intake.ts'
import { LIMIT_MAX, OFFSET_MAX } from '../parameters.ts'
import { gapEvent } from './gap-event.ts'
import type { LogClient, LogPage, PageQuestion } from './log-client.ts'
import { type LogRow, rowEvent } from './row-event.ts'

/** Rows of a window that is not narrowed any more: few enough to hold, and to skip over. */
const WINDOW_ROWS = 10_000
/** Most rows held at a time; only a single millisecond can have more. */
const ROWS_HELD_MAX = 50_000
/** Times that a window is read when its rows do not add up. */
const READINGS_MAX = 3

/** Where rows come from and go to, and how many are taken at once. */
export interface LogReadingOptions {
  readonly client: LogClient
  readonly intake: CollectorIntake
  /** Told, in a sentence, what is not as it should be. */
  readonly trouble: (message: string) => void
  /** Stands in for `WINDOW_ROWS`. */
  readonly windowRows?: number | undefined
  /** Stands in for HSS's greatest offset. */
  readonly offsetMax?: number | undefined
}

/** A part of the time, in milliseconds; both ends are in it. */
interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Reads the rows of a window, the oldest first, and yields how far it is (the first millisecond
 * that was not read) whenever everything before was stored.
 *
 * HSS skips at most two million rows, and skipping takes it the longer the more they are: so a
 * window with many rows is halved until it has few. A millisecond cannot be halved. What of it
 * cannot be reached is told as an event, as is every row that HSS counts and does not answer.
 */
export async function* readWindow(
  window: Window,
  options: LogReadingOptions,
): AsyncGenerator<number> {
  const { fromMs, toMs } = window
  const first = await options.client.page(firstPage(window))
  if (first.total > (options.windowRows ?? WINDOW_ROWS) && fromMs < toMs) {
    const middleMs = Math.floor((fromMs + toMs) / 2)
    yield* readWindow({ fromMs, toMs: middleMs }, options)
    yield* readWindow({ fromMs: middleMs + 1, toMs }, options)
    return
  }
  await readWhole(window, first, options)
  yield toMs + 1
}

/** Reads a window that is narrow enough, again if its rows do not add up. */
async function readWhole(
  window: Window,
  first: LogPage,
  options: LogReadingOptions,
): Promise<void> {
  let missing = { expected: 0, found: 0 }
  for (let reading = 1; reading <= READINGS_MAX; reading += 1) {
    const page = reading === 1 ? first : await options.client.page(firstPage(window))
    const { expected, found } = await readPages(window, page, options)
    if (found >= expected) return
    missing = { expected, found }
    // What is out of reach stays so.
    if (found > (options.offsetMax ?? OFFSET_MAX)) break
  }
  const gap = gapEvent({ ...window, ...missing })
  options.trouble(gap.message)
  await options.intake.storeGap(gap, missing.expected - missing.found, placeOf(window))
}

/** Reads page after page; answers how many rows there should be and how many there were. */
async function readPages(
  window: Window,
  first: LogPage,
  options: LogReadingOptions,
): Promise<{ readonly expected: number; readonly found: number }> {
  const { client, offsetMax = OFFSET_MAX } = options
  let page = first
  let found = page.rows.length
  let held = [...page.rows]
  while (page.rows.length > 0 && found < page.total && found <= offsetMax) {
    page = await client.page({ ...window, limit: LIMIT_MAX, offset: found })
    found += page.rows.length
    held.push(...page.rows)
    if (held.length < ROWS_HELD_MAX) continue
    await store(held, window, options)
    held = []
  }
  await store(held, window, options)
  return { expected: page.total, found }
}

/** The vendor does not say in which order its rows are; the ledger gets the oldest first. */
async function store(
  rows: readonly LogRow[],
  window: Window,
  { intake }: LogReadingOptions,
): Promise<void> {
  const oldestFirst = [...rows].reverse().sort((left, right) => timeOf(left) - timeOf(right))
  await intake.store(oldestFirst.map(rowEvent), placeOf(window))
}

function firstPage(window: Window): PageQuestion {
  return { ...window, limit: LIMIT_MAX, offset: 0 }
}

function timeOf({ time = 0 }: LogRow): number {
  return time
}

function placeOf({ fromMs }: Window): string {
  return `operations from ${new Date(fromMs).toISOString()}`
}
