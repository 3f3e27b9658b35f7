import type { HistogramInterval } from '../../src/core/query/query.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** All changes of clocks since 1990 in the zones of the tests are on this grid. */
const STEP_MS = 15 * MINUTE_MS
/** How far back the start of an interval can be. */
const DAYS_BACK = { day: 2, week: 9, month: 33 } as const

/** What the clocks of a zone show, read from `Intl` by looking at every quarter of an hour. */
export class SlowCalendar {
  readonly #format: Intl.DateTimeFormat
  readonly #seen = new Map<number, string>()

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'medium',
    })
  }

  /** `YYYY-MM-DD HH:MM:SS` of a moment in milliseconds since the epoch. */
  shown(ms: number): string {
    const shown = this.#seen.get(ms) ?? this.#format.format(ms)
    this.#seen.set(ms, shown)
    return shown
  }

  /** Start of the interval that a moment is in, milliseconds since the epoch. */
  startOf(ms: number, interval: HistogramInterval): number {
    if (interval === 'minute') return ms - (ms % MINUTE_MS)
    if (interval === 'hour') return this.#startOfHour(ms)
    const first = firstDate(this.shown(ms).slice(0, 10), interval)
    let found = ms
    const end = ms - DAYS_BACK[interval] * DAY_MS
    for (let look = ms - (ms % STEP_MS); look > end; look -= STEP_MS) {
      if (this.shown(look).slice(0, 10) >= first) found = look
    }
    return found
  }

  #startOfHour(ms: number): number {
    const hour = this.shown(ms).slice(0, 13)
    const offset = this.#offset(ms)
    let found = ms - (ms % STEP_MS)
    for (;;) {
      const look = found - STEP_MS
      if (this.shown(look).slice(0, 13) !== hour || this.#offset(look) !== offset) return found
      found = look
    }
  }

  #offset(ms: number): number {
    return Date.parse(`${this.shown(ms).replace(' ', 'T')}Z`) - (ms - (ms % 1000))
  }
}

function firstDate(date: string, interval: 'day' | 'week' | 'month'): string {
  if (interval === 'month') return `${date.slice(0, 7)}-01`
  let day = Date.parse(`${date}T00:00:00Z`)
  while (interval === 'week' && new Date(day).getUTCDay() !== 1) day -= DAY_MS
  return new Date(day).toISOString().slice(0, 10)
}
