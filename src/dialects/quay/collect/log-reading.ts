import type { CollectorIntake } from '../../collector-intake.ts'
import {
  DAY_SECONDS,
  type DayNumber,
  type DayWindow,
  dayOfSecond,
  isoDay,
  nextMonth,
} from '../calendar-day.ts'
import { eventOfEntry } from '../entry-event.ts'
import { type CollectedLog, logName, type PlacedEntry } from './collected-log.ts'
import type { LogPosition } from './collector-position.ts'
import { type DayGap, EntryCounts, gapsBetween, missingOf } from './entry-counts.ts'
import { gapEvent } from './gap-event.ts'
import type { DayCounts, LogClient } from './log-client.ts'
import { oldestFirst } from './log-walk.ts'
import { Occurrences } from './occurrences.ts'
import { rereadDay } from './reread-day.ts'

/** How long after its end a day is taken to be complete, in seconds: entries may come late. */
const SETTLING_SECONDS = 3600
/** How far an open day is read again each time, in seconds: entries may come late. */
const OVERLAP_SECONDS = 600

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

/** Reads one log in one run. */
export class LogReading {
  readonly #options: LogReadingOptions

  constructor(options: LogReadingOptions) {
    this.#options = options
  }

  /**
   * Reads on from a position and answers each new one, once what is before it is stored.
   *
   * Days that are over are read whole, oldest first, and compared with Quay's counts. What is newer
   * is read as it comes, and once more when its day is over.
   */
  async *readFrom(start: LogPosition): AsyncGenerator<LogPosition> {
    const openDay = dayOfSecond(this.#options.nowSecond - SETTLING_SECONDS)
    let position = start
    let isChecked = true
    while (position.day < openDay) {
      // A month at a time: Quay counts at most 31 days, and takes equal days of two months as one.
      const month = { from: position.day, to: Math.min(openDay, nextMonth(position.day)) }
      const { client, log, trouble } = this.#options
      const counts = await client.counts({ log, window: month })
      if (counts === undefined && isChecked) {
        isChecked = false
        trouble(`${logName(log)}: Quay does not count its entries, so losses are not noticed`)
      }
      for (const window of this.#windowsOf(month, counts)) {
        await this.#readDays(window, counts)
        position = { ...position, day: window.to }
        yield position
      }
    }
    yield* this.#readOpenDays(position)
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

  /** Reads days that are over, and keeps what of them is missing. */
  async #readDays(window: DayWindow, expected: DayCounts | undefined): Promise<void> {
    const { client, log, entriesMax } = this.#options
    const ofWindow = new Map(
      [...(expected ?? [])].filter(([day]) => day >= window.from && day < window.to),
    )
    const occurrences = new Occurrences()
    const found = new EntryCounts()
    let gaps: readonly DayGap[] = []
    const parts = oldestFirst(client, { question: { log, window }, entriesMax })
    for await (const { entries, isWhole } of parts) {
      const whole = isWhole ? await this.#completed(entries, ofWindow) : entries
      await this.#store(whole, occurrences, window)
      gaps = gapsBetween(ofWindow, found.add(whole).days)
    }
    for (const gap of gaps) await this.#storeGap(gap)
  }

  /** The entries of a window, after days that do not add up were read again. */
  async #completed(
    entries: readonly PlacedEntry[],
    expected: DayCounts,
  ): Promise<readonly PlacedEntry[]> {
    const { client, log, entriesMax } = this.#options
    let whole = entries
    for (const { day } of gapsBetween(expected, new EntryCounts().add(entries).days)) {
      const isOfDay = ({ entry }: PlacedEntry) => dayOfSecond(entry.second) === day
      const found = whole.filter(isOfDay)
      const reread = await rereadDay(client, { log, day, found, expected, entriesMax })
      whole = [...whole.filter((entry) => !isOfDay(entry)), ...reread.entries].sort(
        (one, other) => one.entry.second - other.entry.second,
      )
    }
    return whole
  }

  /** Reads what came since the position, and a little before it again. */
  async *#readOpenDays(position: LogPosition): AsyncGenerator<LogPosition> {
    const { client, log, nowSecond, entriesMax } = this.#options
    const fromSecond = Math.max(position.second - OVERLAP_SECONDS, position.day * DAY_SECONDS)
    // Quay's clock may be ahead of this one, over midnight.
    const window = { from: dayOfSecond(fromSecond), to: dayOfSecond(nowSecond) + 2 }
    const occurrences = new Occurrences()
    let { second } = position
    for await (const { entries } of oldestFirst(client, {
      question: { log, window },
      fromSecond,
      entriesMax,
    })) {
      await this.#store(entries, occurrences, window)
      const newest = entries.at(-1)?.entry.second ?? second
      // An entry of the future must not hide those that come before it.
      second = Math.max(second, Math.min(newest, nowSecond))
      if (second !== position.second) yield { ...position, second }
    }
  }

  async #store(
    entries: readonly PlacedEntry[],
    occurrences: Occurrences,
    window: DayWindow,
  ): Promise<void> {
    const { intake, sourceName, log } = this.#options
    const events = entries.map(({ entry, namespace, repository, key }) =>
      eventOfEntry(entry, {
        sourceName,
        namespace,
        repository,
        occurrence: occurrences.next(key, entry.second),
      }),
    )
    await intake.store(events, `${logName(log)}, ${isoDay(window.from)}`)
  }

  async #storeGap(gap: DayGap): Promise<void> {
    const { intake, log, sourceName, trouble } = this.#options
    const event = gapEvent(gap, log, sourceName)
    await intake.storeGap(event, missingOf(gap), `${logName(log)}, ${isoDay(gap.day)}`)
    trouble(event.message)
  }
}

function countOf(counts: DayCounts, day: DayNumber): number {
  let sum = 0
  for (const count of counts.get(day)?.values() ?? []) sum += count
  return sum
}
