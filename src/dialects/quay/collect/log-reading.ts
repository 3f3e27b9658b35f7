import type { CollectorIntake } from '../../collecting/collector-intake.ts'
import { isUseless, UnreadSpans } from '../../collecting/unread-spans.ts'
import type { VendorError } from '../../collecting/vendor-error.ts'
import {
  DAY_SECONDS,
  type DayNumber,
  type DayWindow,
  dayOfSecond,
  isoDay,
  nextMonth,
} from '../entries/calendar-day.ts'
import { eventOfEntry } from '../entries/entry-event.ts'
import { type CollectedLog, logName, type PlacedEntry } from './collected-log.ts'
import type { LogPosition } from './collector-position.ts'
import { type LogGap, logGapEvent } from './gap-event.ts'
import { KnownNames } from './known-names.ts'
import type { DayCounts, LogClient } from './log-client.ts'
import { type OddItem, oddItemEvent } from './odd-item-event.ts'
import { type DayGap, EntryCounts, gapsBetween, missingOf } from './walk/entry-counts.ts'
import { oldestFirst } from './walk/log-walk.ts'
import { Occurrences } from './walk/occurrences.ts'
import { PAGES_MAX } from './walk/page-watch.ts'
import { type RereadDay, rereadDay } from './walk/reread-day.ts'

/** How long after its end a day is taken to be complete, in seconds: entries may come late. */
const SETTLING_SECONDS = 3600
/** How far an open day is read again each time, in seconds: entries may come late. */
const OVERLAP_SECONDS = 600

/** Pages that a walk may have however few entries the Quay counts. */
const PAGES_MIN = 1000
/** Fewest entries on a page that is not the last one of a table. */
const PAGE_ENTRIES = 20

/** What a log is read with. */
export interface LogReadingOptions {
  readonly client: LogClient
  readonly intake: CollectorIntake
  readonly log: CollectedLog
  readonly sourceName: string
  /** The present, in seconds since the epoch. */
  readonly nowSecond: number
  /** Most entries held at a time. */
  readonly entriesMax: number
  readonly trouble: (message: string) => void
}

/** A part of a log, as it was answered. */
interface ReadPart {
  readonly entries: readonly PlacedEntry[]
  readonly odd: readonly OddItem[]
}

/** Reads one log in one run. */
export class LogReading {
  readonly #options: LogReadingOptions
  readonly #known = new KnownNames()
  /** Days of which nothing could be read so far in this run, oldest first. */
  readonly #unread = new UnreadSpans<Omit<LogGap, 'reason'>>()

  constructor(options: LogReadingOptions) {
    this.#options = options
  }

  /**
   * Reads on from a position and answers each new one, once what is before it is stored.
   *
   * Days that are over are read whole, oldest first, and compared with Quay's counts. What is newer
   * is read as it comes, and once more when its day is over.
   *
   * Days whose pages cannot be read are read in narrower cuts; what is missing then is kept as an
   * event. That is also done for a day of which nothing can be read, once a later one can: until
   * then the Quay may be out of order as a whole.
   *
   * @throws VendorError when nothing can be read from a day on.
   */
  async *readFrom(start: LogPosition): AsyncGenerator<LogPosition> {
    const openDay = dayOfSecond(this.#options.nowSecond - SETTLING_SECONDS)
    let position = start
    let isChecked = true
    while (position.day < openDay) {
      // A month at a time: Quay counts at most 31 days, and takes equal days of two months as one.
      const month = { from: position.day, to: Math.min(openDay, nextMonth(position.day)) }
      const counts = await this.#countsOf(month)
      if (counts === undefined && isChecked) {
        isChecked = false
        const name = logName(this.#options.log)
        this.#options.trouble(`${name}: Quay does not count its entries, so losses are not noticed`)
      }
      for (const window of this.#windowsOf(month, counts)) {
        await this.#readWindow(window, counts)
        position = { ...position, day: window.to }
        if (this.#unread.isEmpty) yield position
      }
    }
    for await (const next of this.#readOpenDays(position)) {
      await this.#settle()
      yield next
    }
    this.#unread.throwIfAny()
  }

  async #countsOf(window: DayWindow): Promise<DayCounts | undefined> {
    const { client, log } = this.#options
    try {
      return await client.counts({ log, window })
    } catch (error) {
      if (isUseless(error)) return undefined
      throw error
    }
  }

  /** Cuts days into windows whose entries can be held, or single days. */
  #windowsOf(days: DayWindow, counts: DayCounts | undefined): readonly DayWindow[] {
    const windows: DayWindow[] = []
    let from = days.from
    let entries = 0
    for (let day = days.from; day < days.to; day += 1) {
      const ofDay = counts === undefined ? this.#options.entriesMax : countOf(counts, day)
      if (day > from && entries + ofDay > this.#options.entriesMax) {
        windows.push({ from, to: day })
        from = day
        entries = 0
      }
      entries += ofDay
    }
    return [...windows, { from, to: days.to }]
  }

  /** Reads days that are over; those whose pages cannot be read one by one, and then in cuts. */
  async #readWindow(window: DayWindow, expected: DayCounts | undefined): Promise<void> {
    try {
      await this.#readDays(window, expected)
      await this.#settle()
    } catch (error) {
      if (!isUseless(error)) throw error
      if (window.to - window.from === 1) {
        await this.#rescueDay(window.from, expected, error)
        return
      }
      for (let day = window.from; day < window.to; day += 1) {
        await this.#readWindow({ from: day, to: day + 1 }, expected)
      }
    }
  }

  /** Reads days that are over, and keeps what of them is missing. */
  async #readDays(window: DayWindow, expected: DayCounts | undefined): Promise<void> {
    const { client, log, entriesMax } = this.#options
    const ofWindow = new Map(
      [...(expected ?? [])].filter(([day]) => day >= window.from && day < window.to),
    )
    const occurrences = new Occurrences()
    const found = new EntryCounts()
    let gaps: readonly DayGap[] = []
    const pagesMax = expected === undefined ? PAGES_MAX : pagesFor(ofWindow)
    const parts = oldestFirst(client, { question: { log, window }, entriesMax, pagesMax })
    for await (const { entries, odd, isWhole } of parts) {
      const whole = isWhole ? await this.#completed(entries, ofWindow) : entries
      await this.#store({ entries: whole, odd }, occurrences, window)
      gaps = gapsBetween(ofWindow, found.add(whole).days)
    }
    for (const counted of gaps) await this.#storeGap({ day: counted.day, counted })
  }

  /** The entries of a window, after days that do not add up were read again. */
  async #completed(
    entries: readonly PlacedEntry[],
    expected: DayCounts,
  ): Promise<readonly PlacedEntry[]> {
    let whole = entries
    for (const { day } of gapsBetween(expected, new EntryCounts().add(entries).days)) {
      const isOfDay = ({ entry }: PlacedEntry) => dayOfSecond(entry.second) === day
      const reread = await this.#reread(day, expected, whole.filter(isOfDay))
      whole = [...whole.filter((entry) => !isOfDay(entry)), ...reread.entries].sort(
        (one, other) => one.entry.second - other.entry.second,
      )
    }
    return whole
  }

  #reread(
    day: DayNumber,
    expected: DayCounts | undefined,
    found: readonly PlacedEntry[] = [],
  ): Promise<RereadDay> {
    const { client, log, entriesMax } = this.#options
    return rereadDay(client, { log, day, found, expected, entriesMax, known: this.#known })
  }

  /** Takes what can be had of a day whose pages cannot be read, and keeps what is missing. */
  async #rescueDay(
    day: DayNumber,
    expected: DayCounts | undefined,
    error: VendorError,
  ): Promise<void> {
    const { answers, gap, ...part } = await this.#reread(day, expected)
    const loss = { day, counted: gap }
    // By its counts the day may be whole, cut by cut.
    const isWhole = expected !== undefined && gap === undefined
    if (answers === 0) {
      if (!isWhole) this.#unread.add(loss, error)
      return
    }
    await this.#settle()
    await this.#store(part, new Occurrences(), { from: day, to: day + 1 })
    if (!isWhole) await this.#storeGap({ ...loss, reason: error.message })
  }

  #settle(): Promise<void> {
    return this.#unread.settle((loss, reason) => this.#storeGap({ ...loss, reason }))
  }

  /** Reads what came since the position, and a little before it again. */
  async *#readOpenDays(position: LogPosition): AsyncGenerator<LogPosition> {
    const { client, log, nowSecond, entriesMax } = this.#options
    const fromSecond = Math.max(position.second - OVERLAP_SECONDS, position.day * DAY_SECONDS)
    // Quay's clock may be ahead of this one, over midnight.
    const window = { from: dayOfSecond(fromSecond), to: dayOfSecond(nowSecond) + 2 }
    const occurrences = new Occurrences()
    let { second } = position
    const reached = (entries: readonly PlacedEntry[]): LogPosition => {
      const newest = entries.at(-1)?.entry.second ?? second
      // An entry of the future must not hide those that come before it.
      second = Math.max(second, Math.min(newest, nowSecond))
      return { ...position, second }
    }
    try {
      const walk = { question: { log, window }, fromSecond, entriesMax }
      for await (const part of oldestFirst(client, walk)) {
        await this.#store(part, occurrences, window)
        const before = second
        const next = reached(part.entries)
        if (next.second !== before || !this.#unread.isEmpty) yield next
      }
    } catch (error) {
      if (!isUseless(error)) throw error
      yield reached(await this.#rescueOpenDays(window, error))
    }
  }

  /** What is missing of days that go on is not kept yet: they are read whole when they are over. */
  async #rescueOpenDays(window: DayWindow, error: VendorError): Promise<readonly PlacedEntry[]> {
    const expected = await this.#countsOf(window)
    const found: PlacedEntry[] = []
    let answers = 0
    for (let day = window.from; day < window.to; day += 1) {
      const rescued = await this.#reread(day, expected)
      await this.#store(rescued, new Occurrences(), { from: day, to: day + 1 })
      answers += rescued.answers
      found.push(...rescued.entries)
    }
    if (answers === 0) throw error
    this.#options.trouble(`${error.message}; what is missing is read again when the day is over`)
    return found
  }

  async #store(part: ReadPart, occurrences: Occurrences, window: DayWindow): Promise<void> {
    const { intake, sourceName, log } = this.#options
    this.#known.add(part.entries)
    const events = part.entries.map(({ entry, namespace, repository, key }) =>
      eventOfEntry(entry, {
        sourceName,
        namespace,
        repository,
        occurrence: occurrences.next(key, entry.second),
      }),
    )
    const texts = new Occurrences()
    const odd = part.odd.map((item) =>
      oddItemEvent(item, { log, sourceName, occurrence: texts.next(item.text, 0) }),
    )
    await intake.store([...events, ...odd], `${logName(log)}, ${isoDay(window.from)}`)
  }

  async #storeGap(gap: LogGap): Promise<void> {
    const { intake, log } = this.#options
    const event = logGapEvent(gap, log)
    const missing = gap.counted === undefined ? 0 : missingOf(gap.counted)
    await intake.storeGap(event, missing, `${logName(log)}, ${isoDay(gap.day)}`)
  }
}

/** Pages of a walk that has no more entries than are counted, and as many again. */
function pagesFor(counts: DayCounts): number {
  let entries = 0
  for (const day of counts.keys()) entries += countOf(counts, day)
  return Math.min(PAGES_MIN + Math.ceil(entries / PAGE_ENTRIES) * 2, Number.MAX_SAFE_INTEGER)
}

function countOf(counts: DayCounts, day: DayNumber): number {
  let sum = 0
  for (const count of counts.get(day)?.values() ?? []) sum += count
  return sum
}
