import type { Order } from '../../core/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../core/timestamp.ts'

/** A minute in microseconds. */
export const MINUTE_MICROS = 60 * 1_000_000
const HOUR_MICROS = 60 * MINUTE_MICROS
/** A day in microseconds. */
export const DAY_MICROS = 24 * HOUR_MICROS

/** Widths of the first windows; one more takes in all the time that is left. */
const WIDTHS_MICROS: readonly number[] = [6 * HOUR_MICROS, 4 * DAY_MICROS, 64 * DAY_MICROS]

/** A span of time, [from, to) in microseconds since the epoch. */
export interface TimeWindow {
  readonly fromMicros: number
  readonly toMicros: number
}

/** All time that an event may carry. */
export const ALL_TIME: TimeWindow = { fromMicros: TIME_MICROS_MIN, toMicros: TIME_MICROS_END }

/**
 * Cuts a span of time into adjoining windows, in `order`: of 6 hours, 4 days, 64 days, then the
 * rest.
 *
 * A list query runs window by window until its page is full. A filter that many events meet is
 * answered from the first window; one that few meet takes a handful of queries, where a query over
 * the whole span would have consulted the indexes of all of it first.
 *
 * @param place.startMicros where the events are thought to begin (`oldest`) or end (`newest`); the
 *   first window takes in what lies before that too: a wrong guess costs time, never an event.
 * @param place.firstWidth which width the first window has, from 0: the narrower ones are left out.
 */
export function* timeWindows(
  span: TimeWindow,
  order: Order,
  place: { readonly startMicros: number; readonly firstWidth: number },
): Iterable<TimeWindow> {
  const start = Math.min(Math.max(place.startMicros, span.fromMicros), span.toMicros)
  let { fromMicros, toMicros } = span
  let reach = 0
  for (const width of WIDTHS_MICROS.slice(place.firstWidth)) {
    if (fromMicros >= toMicros) return
    reach += width
    if (order === 'newest') {
      const edge = Math.max(start - reach, fromMicros)
      if (edge < toMicros) yield { fromMicros: edge, toMicros }
      toMicros = Math.min(edge, toMicros)
    } else {
      const edge = Math.min(start + reach, toMicros)
      if (fromMicros < edge) yield { fromMicros, toMicros: edge }
      fromMicros = Math.max(edge, fromMicros)
    }
  }
  if (fromMicros < toMicros) yield { fromMicros, toMicros }
}
