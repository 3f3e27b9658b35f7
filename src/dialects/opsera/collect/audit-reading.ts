import { isUseless, UnreadSpans } from '../../collecting/unread-spans.ts'
import type { LogName } from '../selection.ts'
import { advanced, DAY_MS, dayOf, isoDay, type LogPosition } from './collector-position.ts'
import type { LogAnswer } from './log-client.ts'
import {
  ANSWER_ROWS_MAX,
  type LogReadingOptions,
  storeGap,
  storeRows,
  WINDOW_DAYS_MAX,
} from './log-reading.ts'
import type { LogRow } from './row-event.ts'

const SECOND_MS = 1000
/** How far behind the newest known row it is read again, ms: rows may come late. */
const OVERLAP_MS = 3_600_000
/** Pages in a row without a new row, after which a walk is taken for endless. */
const STALE_PAGES_MAX = 3

/** A span of time, [from, to), in whole seconds. */
interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Reads the audit log, which has pages: window by window, each as wide as what can be held. A page
 * moves on when new rows come, so rows are answered twice, but none is skipped.
 */
export async function* readAudit(
  log: LogName,
  start: LogPosition,
  options: LogReadingOptions,
): AsyncGenerator<LogPosition> {
  const { nowMs } = options
  const endMs = dayOf(nowMs) + 2 * DAY_MS
  let position = start
  const unread = new UnreadSpans<Span>()
  let fromMs = floorSecond(Math.max(start.dayMs, start.newestMs - OVERLAP_MS))
  while (fromMs < endMs) {
    const toMs = Math.min(fromMs + WINDOW_DAYS_MAX * DAY_MS, endMs)
    for await (const newestMs of readParts(log, { fromMs, toMs }, { ...options, unread })) {
      position = advanced(position, newestMs, nowMs)
      if (unread.isEmpty) yield position
    }
    if (unread.isEmpty) {
      const dayMs = Math.min(toMs, dayOf(nowMs - OVERLAP_MS))
      position = { ...position, dayMs: Math.max(position.dayMs, dayMs) }
      yield position
    }
    fromMs = toMs
  }
  unread.throwIfAny()
}

interface PartReading extends LogReadingOptions {
  readonly unread: UnreadSpans<Span>
}

/** Reads a span; one whose answers cannot be used in days, so that the others are read. */
async function* readParts(log: LogName, span: Span, options: PartReading): AsyncGenerator<number> {
  const { unread } = options
  const { fromMs, toMs } = span
  try {
    for await (const newestMs of readSpan(log, span, options)) {
      await unread.settle((lost, reason) => storeGap({ log, ...lost, found: 0, reason }, options))
      yield newestMs
    }
  } catch (error) {
    if (toMs - fromMs <= DAY_MS || !isUseless(error)) {
      unread.add(span, error)
      return
    }
    for (let start = fromMs; start < toMs; start += DAY_MS) {
      const end = Math.min(start + DAY_MS, toMs)
      yield* readParts(log, { fromMs: start, toMs: end }, options)
    }
  }
}

/** The rows of a span, the older ones first; gives out the time of the newest one so far. */
async function* readSpan(
  log: LogName,
  span: Span,
  options: LogReadingOptions,
): AsyncGenerator<number> {
  const first = await askPage(log, span, 1, options)
  if (first.count > options.rowsHeldMax && span.toMs - span.fromMs > SECOND_MS) {
    const middleMs = floorSecond((span.fromMs + span.toMs) / 2)
    yield* readSpan(log, { ...span, toMs: middleMs }, options)
    yield* readSpan(log, { ...span, fromMs: middleMs }, options)
    return
  }
  const rows = new Map<string, LogRow>()
  await addPages(rows, first, { log, span }, options)
  // Once more, before it is said that anything is missing.
  if (rows.size < first.count) {
    await addPages(rows, await askPage(log, span, 1, options), { log, span }, options)
  }
  yield storeRows(log, rows.values(), options)
  if (rows.size < first.count) {
    await storeGap({ log, ...span, expected: first.count, found: rows.size }, options)
  }
}

async function addPages(
  rows: Map<string, LogRow>,
  first: LogAnswer,
  { log, span }: { readonly log: LogName; readonly span: Span },
  options: LogReadingOptions,
): Promise<void> {
  let answer = first
  let stalePages = 0
  for (let page = 2; answer.rows.length > 0 && stalePages < STALE_PAGES_MAX; page += 1) {
    const before = rows.size
    for (const row of answer.rows) rows.set(row.id, row)
    stalePages = rows.size === before ? stalePages + 1 : 0
    if (rows.size >= first.count) return
    answer = await askPage(log, span, page, options)
  }
}

function askPage(
  log: LogName,
  { fromMs, toMs }: Span,
  page: number,
  { ask }: Pick<LogReadingOptions, 'ask'>,
): Promise<LogAnswer> {
  // Both ends are part of what is asked for.
  const lastMs = toMs - SECOND_MS
  return ask(log, {
    start_date: isoDay(fromMs),
    start_time: timeOfDay(fromMs),
    end_date: isoDay(lastMs),
    end_time: timeOfDay(lastMs),
    page: String(page),
    page_size: String(ANSWER_ROWS_MAX),
  })
}

function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}

function floorSecond(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS
}
