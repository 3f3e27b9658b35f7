import type { JsonValue } from '../../../core/event/event.ts'
import { isUseless, UnreadSpans } from '../../collecting/unread-spans.ts'
import type { LogName } from '../selection.ts'
import { advanced, DAY_MS, dayOf, isoDay, type LogPosition } from './collector-position.ts'
import { type LogAnswer, timeOf } from './log-client.ts'
import {
  ANSWER_ROWS_MAX,
  type LogReadingOptions,
  storeGap,
  storeRows,
  WINDOW_DAYS_MAX,
} from './log-reading.ts'
import type { LogRow } from './row-event.ts'

/** A day counts as over so long after its end, ms: rows may be late, and clocks differ. */
const SETTLING_MS = 600_000
/** The next window is twice as wide after one with at most so many rows. */
const FEW_ROWS = ANSWER_ROWS_MAX / 4
/** Most values that a day is asked for by: rows may name ever new ones. */
const FILTER_VALUES_MAX = 200
/** By how much a window that holds too many rows is narrowed. */
const NARROWING = 4

/** Values of the filters, by Opsera's documentation; those of rows that were read come on top. */
const KNOWN_TYPES: readonly string[] = [
  ...['authentication', 'pipeline', 'registry', 'analytics_data_entry', 'feature_flags'],
  ...['analytics_data_mapping_organization', 'analytics_data_mapping_project'],
  ...['analytics_data_mapping_user', 'notification_policy', 'pipeline_template', 'instructions'],
  ...['policy', 'tag', 'task'],
]
const KNOWN_SCOPES: readonly string[] = [
  ...['api', 'api-readonly', 'pipeline', 'pipeline-readonly', 'registry', 'registry-readonly'],
  ...['tasks', 'tasks-readonly', 'security-logs'],
]

/**
 * Reads a log of version 1, which answers the newest 1 000 rows of a window of days and no more:
 * windows are narrowed to single days, and a day that still holds more is asked for once for each
 * type or scope. What is missing after that is kept as an event.
 */
export async function* readDays(
  log: LogName,
  start: LogPosition,
  options: LogReadingOptions,
): AsyncGenerator<LogPosition> {
  const reading = new DayReading(log, start, options)
  const { nowMs } = options
  // The clock of the other side may be ahead, over midnight.
  const endMs = dayOf(nowMs) + 2 * DAY_MS
  // The log of tokens knows single days alone.
  const daysMax = log === 'tokens' ? 1 : WINDOW_DAYS_MAX
  let position = start
  let fromMs = start.dayMs
  let days = daysMax
  const unread = new UnreadSpans<{ readonly fromMs: number; readonly toMs: number }>()
  while (fromMs < endMs) {
    const toMs = Math.min(fromMs + days * DAY_MS, endMs)
    const isDay = toMs - fromMs <= DAY_MS
    try {
      const answer = await reading.ask(fromMs, toMs)
      if (!isDay && !reading.isWhole(answer)) {
        days = Math.max(1, Math.floor((toMs - fromMs) / DAY_MS / NARROWING))
        continue
      }
      const newestMs = await reading.store(answer, fromMs, toMs)
      await unread.settle((span, reason) => storeGap({ log, ...span, found: 0, reason }, options))
      position = advanced(position, newestMs, nowMs)
      if (answer.count <= FEW_ROWS) days = Math.min(days * 2, daysMax)
    } catch (error) {
      if (!isDay && isUseless(error)) {
        days = 1
        continue
      }
      unread.add({ fromMs, toMs }, error)
    }
    if (unread.isEmpty) {
      if (toMs + SETTLING_MS <= nowMs) position = { ...position, dayMs: toMs }
      yield position
    }
    fromMs = toMs
  }
  unread.throwIfAny()
}

class DayReading {
  readonly #log: LogName
  /** Everything before was read by an earlier run. */
  readonly #newestMs: number
  readonly #options: LogReadingOptions
  readonly #filterValues: Set<string>

  constructor(log: LogName, start: LogPosition, options: LogReadingOptions) {
    this.#log = log
    this.#newestMs = start.newestMs
    this.#options = options
    this.#filterValues = new Set(log === 'tokens' ? KNOWN_SCOPES : KNOWN_TYPES)
  }

  ask(fromMs: number, toMs: number, filter?: string): Promise<LogAnswer> {
    const isDay = toMs - fromMs <= DAY_MS
    const [from, to] = [isoDay(fromMs), isoDay(toMs - 1)]
    return this.#options.ask(this.#log, {
      ...(isDay ? { date: from } : { start: from, end: to }),
      count: String(ANSWER_ROWS_MAX),
      ...(filter !== undefined && { [this.#log === 'tokens' ? 'scope' : 'type']: filter }),
    })
  }

  /** Whether an answer has every row, or reaches back to those that are known. */
  isWhole({ count, rows }: LogAnswer): boolean {
    const oldest = rows.at(-1)
    return rows.length >= count || (oldest !== undefined && timeOf(oldest) < this.#newestMs)
  }

  /** Takes in what a window holds, and what is missing of it. Answers the newest time. */
  async store(answer: LogAnswer, fromMs: number, toMs: number): Promise<number> {
    if (this.isWhole(answer)) return storeRows(this.#log, answer.rows, this.#options)
    const rows = new Map(answer.rows.map((row) => [row.id, row]))
    const isWhole = await this.#addByFilter(rows, answer.count, { fromMs, toMs })
    // Of rows from several answers those of one millisecond have no order but that of their ids.
    const newestFirst = [...rows.values()].sort((one, other) => (one.id < other.id ? 1 : -1))
    const newestMs = await storeRows(this.#log, newestFirst, this.#options)
    if (!isWhole && rows.size < answer.count) {
      const gap = { log: this.#log, fromMs: Math.max(fromMs, this.#newestMs), toMs }
      await storeGap({ ...gap, expected: answer.count, found: rows.size }, this.#options)
    }
    return newestMs
  }

  /**
   * Asks once for each value of the filter. Answers whether it is certain that no answer left
   * anything out: what two answers count twice could hide what none has.
   */
  async #addByFilter(
    rows: Map<string, LogRow>,
    expected: number,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): Promise<boolean> {
    let counted = 0
    let isCertain = true
    const asked = new Set<string>()
    // The rows may name values that were not known before.
    for (let value = this.#next(rows, asked); value !== undefined; ) {
      asked.add(value)
      const answer = await this.ask(fromMs, toMs, value)
      for (const row of answer.rows) rows.set(row.id, row)
      counted += answer.count
      const isApart = answer.rows.every((row) => this.#filterValueOf(row) === value)
      isCertain &&= isApart && this.isWhole(answer)
      value = this.#next(rows, asked)
    }
    return isCertain && counted >= expected
  }

  #next(rows: ReadonlyMap<string, LogRow>, asked: ReadonlySet<string>): string | undefined {
    for (const row of rows.values()) {
      const value = this.#filterValueOf(row)
      if (typeof value === 'string' && value !== '') this.#filterValues.add(value)
    }
    if (asked.size >= FILTER_VALUES_MAX) return undefined
    return [...this.#filterValues].find((value) => !asked.has(value))
  }

  #filterValueOf({ members }: LogRow): JsonValue | undefined {
    const { type, tool_identifier: tool, scope } = members
    return this.#log === 'tokens' ? scope : (type ?? tool)
  }
}
