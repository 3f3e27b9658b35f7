import type { CollectorIntake } from '../../collecting/collector-intake.ts'
import { isUseless, UnreadSpans } from '../../collecting/unread-spans.ts'
import { LIMIT_MAX, OFFSET_MAX } from '../parameters.ts'
import { type LogGap, logGapEvent } from './gap-event.ts'
import type { LogClient, LogPage, PageQuestion } from './log-client.ts'
import { eventIdOf, type LogRow, rowEvent } from './row-event.ts'

/** Rows of a window that is not narrowed further: few enough to hold, and to skip over. */
const WINDOW_ROWS = 10_000
/** Most rows held at a time; only a single millisecond can have more. */
const ROWS_HELD_MAX = 50_000
/** Times that a window is read when its rows do not add up. */
const READINGS_MAX = 3
/** Pages in a row without a new row, after which a window is not read on. */
const STALE_PAGES_MAX = 3
/** A window of less than an hour whose answers cannot be used is not halved further, in ms. */
const NARROW_MS = 3_600_000

/** A part of the time, in milliseconds; both ends are in it. */
interface Window {
  readonly fromMs: number
  readonly toMs: number
}

/** Where rows come from and go to, and how many are taken at once. */
export interface LogReadingOptions {
  readonly client: LogClient
  readonly intake: CollectorIntake
  /** Replaces `WINDOW_ROWS`. */
  readonly windowRows?: number | undefined
  /** Replaces HSS's greatest offset. */
  readonly offsetMax?: number | undefined
}

/**
 * Reads the rows of a window, the oldest first, and yields how far it is (the first millisecond
 * that was not read) whenever everything before was stored.
 *
 * HSS skips at most two million rows, and skipping takes it the longer the more they are: so a
 * window with many rows is halved until it has few. A millisecond cannot be halved. What of it
 * cannot be reached is kept as an event, as is every row that HSS counts and does not answer. A
 * window whose answers cannot be used is halved too, down to `NARROW_MS`, and then left out.
 *
 * @throws VendorError when nothing can be read from some window on.
 */
export async function* readWindow(
  window: Window,
  options: LogReadingOptions,
): AsyncGenerator<number> {
  const unread = new UnreadSpans<Window>()
  for await (const nextMs of readParts(window, { ...options, unread })) {
    if (unread.isEmpty) yield nextMs
  }
  unread.throwIfAny()
}

async function* readParts(
  window: Window,
  options: LogReadingOptions & { readonly unread: UnreadSpans<Window> },
): AsyncGenerator<number> {
  const { fromMs, toMs } = window
  const { unread } = options
  try {
    const first = await options.client.page(firstPage(window))
    if (first.total <= (options.windowRows ?? WINDOW_ROWS) || fromMs >= toMs) {
      await readWhole(window, first, options)
      await unread.settle((span, reason) => storeGap({ ...span, found: 0, reason }, options))
      yield toMs + 1
      return
    }
  } catch (error) {
    if (toMs - fromMs < NARROW_MS || !isUseless(error)) {
      unread.add(window, error)
      yield toMs + 1
      return
    }
  }
  const middleMs = Math.floor((fromMs + toMs) / 2)
  yield* readParts({ fromMs, toMs: middleMs }, options)
  yield* readParts({ fromMs: middleMs + 1, toMs }, options)
}

/** Keeps that rows are missing, and says so. */
export function storeGap(
  gap: LogGap,
  { intake }: Pick<LogReadingOptions, 'intake'>,
): Promise<void> {
  const missing = (gap.expected ?? gap.found) - gap.found
  return intake.storeGap(logGapEvent(gap), missing, placeOf(gap))
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
    const { expected, found, skipped } = await readPages(window, page, options)
    if (found >= expected) return
    missing = { expected, found }
    // What is out of reach stays so.
    if (skipped > (options.offsetMax ?? OFFSET_MAX)) break
  }
  await storeGap({ ...window, ...missing }, options)
}

/** Reads page after page; answers how many rows there should be and how many there were. */
async function readPages(
  window: Window,
  first: LogPage,
  options: LogReadingOptions,
): Promise<{ readonly expected: number; readonly found: number; readonly skipped: number }> {
  const { client, offsetMax = OFFSET_MAX } = options
  let page = first
  let skipped = page.rows.length
  let held = [...page.rows]
  let stalePages = 0
  // An HSS that answers a page twice must not be taken for one that answered all rows.
  const found = new Set(page.rows.map(eventIdOf))
  while (page.rows.length > 0 && found.size < page.total && skipped <= offsetMax) {
    page = await client.page({ ...window, limit: LIMIT_MAX, offset: skipped })
    const fresh = page.rows.filter((row) => !found.has(eventIdOf(row)))
    for (const row of fresh) found.add(eventIdOf(row))
    stalePages = fresh.length === 0 ? stalePages + 1 : 0
    if (stalePages >= STALE_PAGES_MAX) break
    skipped += page.rows.length
    held.push(...fresh)
    if (held.length < ROWS_HELD_MAX) continue
    await store(held, window, options)
    held = []
  }
  await store(held, window, options)
  return { expected: page.total, found: found.size, skipped }
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
