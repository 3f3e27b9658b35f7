import type { Order } from '../../../core/query/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'

/** A minute in microseconds. */
export const MINUTE_MICROS = 60 * 1_000_000
/** A day in microseconds. */
export const DAY_MICROS = 24 * 60 * MINUTE_MICROS

/** A span of time, [from, to) in microseconds since the epoch. */
export interface TimeWindow {
  readonly fromMicros: number
  readonly toMicros: number
}

/** All time that an event may carry. */
export const ALL_TIME: TimeWindow = { fromMicros: TIME_MICROS_MIN, toMicros: TIME_MICROS_END }

/**
 * Cuts a span of time into adjoining windows, in `order`: of the given widths, then the rest.
 *
 * A list query runs window by window until its page is full. A filter that many events meet is
 * answered from the first one; for one that few meet, the last consults the indexes of all the
 * other events, which the first would have waited for in vain.
 *
 * @param place.startMicros where the events are thought to begin (`oldest`) or end (`newest`); the
 *   first window takes in what lies before that too: a wrong guess costs time, never an event.
 */
export function timeWindows(
  span: TimeWindow,
  order: Order,
  place: { readonly startMicros: number; readonly widthsMicros: readonly number[] },
): readonly TimeWindow[] {
  let { fromMicros, toMicros } = span
  let edge = Math.min(Math.max(place.startMicros, fromMicros), toMicros)
  const windows: TimeWindow[] = []
  for (const width of place.widthsMicros) {
    if (order === 'newest') {
      edge = Math.max(edge - width, fromMicros)
      windows.push({ fromMicros: edge, toMicros })
      toMicros = edge
    } else {
      edge = Math.min(edge + width, toMicros)
      windows.push({ fromMicros, toMicros: edge })
      fromMicros = edge
    }
  }
  windows.push({ fromMicros, toMicros })
  return windows.filter((window) => window.fromMicros < window.toMicros)
}
