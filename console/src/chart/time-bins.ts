import type { Bucket } from '../api/event.ts'

/** Bars that a histogram has at most. */
const BARS_MAX = 72
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Widths of bars, in milliseconds, that fall on round times. */
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 56, 112, 224, 448].map((days) => days * DAY_MS),
]

/** The bars of a histogram: what the server counts by, and how the page joins it. */
export interface BinPlan {
  /** The interval that the server counts by. */
  readonly interval: 'minute' | 'hour' | 'day'
  readonly widthMs: number
  /** Start of the first bar. */
  readonly startMs: number
  readonly bars: number
}

/** Plans the bars of a period, both ends in milliseconds since 1970. */
export function planBins(fromMs: number, toMs: number): BinPlan {
  const spanMs = Math.max(toMs - fromMs, MINUTE_MS)
  const fits = WIDTHS_MS.find((width) => spanMs / width <= BARS_MAX)
  const widthMs = fits ?? Math.ceil(spanMs / BARS_MAX / DAY_MS) * DAY_MS
  const interval = widthMs < HOUR_MS ? 'minute' : widthMs < DAY_MS ? 'hour' : 'day'
  const startMs = Math.floor(fromMs / widthMs) * widthMs
  return { interval, widthMs, startMs, bars: Math.max(1, Math.ceil((toMs - startMs) / widthMs)) }
}

/** A bar: how many events ended well, and how many failed or were denied. */
export interface Bar {
  readonly startMs: number
  readonly endMs: number
  readonly succeeded: number
  readonly failed: number
}

const FAILURES = ['failure', 'denied']

/** Joins the counts of the server into bars. Counts outside the plan go to its nearest bar. */
export function fillBins({ startMs, widthMs, bars }: BinPlan, buckets: readonly Bucket[]): Bar[] {
  const counts = Array.from({ length: bars }, () => ({ succeeded: 0, failed: 0 }))
  for (const { time, key = '', count } of buckets) {
    const place = Math.floor((Date.parse(time) - startMs) / widthMs)
    const bin = counts[Math.min(Math.max(place, 0), bars - 1)]
    if (bin === undefined) continue
    if (FAILURES.includes(key)) bin.failed += count
    else bin.succeeded += count
  }
  return counts.map((bin, index) => ({
    startMs: startMs + index * widthMs,
    endMs: startMs + (index + 1) * widthMs,
    ...bin,
  }))
}

/** A round number at or above the highest bar: 1, 2 or 5 times a power of ten. */
export function scaleTop(highest: number): number {
  if (highest <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(highest))
  const step = [1, 2, 5, 10].find((one) => one * power >= highest) ?? 10
  return step * power
}
