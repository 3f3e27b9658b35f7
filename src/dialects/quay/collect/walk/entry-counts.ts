import { type DayNumber, dayOfSecond } from '../../entries/calendar-day.ts'
import type { PlacedEntry } from '../collected-log.ts'
import type { DayCounts } from '../log-client.ts'

/** Counts entries by day and kind, as Quay's aggregate does. */
export class EntryCounts {
  readonly #days = new Map<DayNumber, Map<string, number>>()

  add(entries: readonly PlacedEntry[]): this {
    for (const { entry } of entries) {
      const day = dayOfSecond(entry.second)
      const kinds = this.#days.get(day) ?? new Map<string, number>()
      kinds.set(entry.kind, (kinds.get(entry.kind) ?? 0) + 1)
      this.#days.set(day, kinds)
    }
    return this
  }

  get days(): DayCounts {
    return this.#days
  }
}

/** What is missing of one day: how many entries of a kind Quay counts, and how many it answered. */
export interface DayGap {
  readonly day: DayNumber
  readonly kinds: readonly {
    readonly kind: string
    readonly expected: number
    readonly found: number
  }[]
}

/** The days of which fewer entries were found than are expected, oldest first. */
export function gapsBetween(expected: DayCounts, found: DayCounts): readonly DayGap[] {
  const gaps: DayGap[] = []
  for (const [day, kinds] of [...expected].sort(([left], [right]) => left - right)) {
    const short = [...kinds]
      .map(([kind, count]) => ({ kind, expected: count, found: found.get(day)?.get(kind) ?? 0 }))
      .filter((count) => count.found < count.expected)
      .sort((left, right) => (left.kind < right.kind ? -1 : 1))
    if (short.length > 0) gaps.push({ day, kinds: short })
  }
  return gaps
}

/** How many entries of a day are missing. */
export function missingOf({ kinds }: DayGap): number {
  return kinds.reduce((sum, { expected, found }) => sum + expected - found, 0)
}
