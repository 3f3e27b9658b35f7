import type { Order } from '../../../core/query/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'

/** A minute in microseconds. */
export const MINUTE_MICROS = 60 * 1_000_000
/** A day in microseconds. */
export const DAY_MICROS = 24 * 60 * MINUTE_MICROS

/** A time span, [from, to) in microseconds since the epoch. */
export interface TimeWindow {
  readonly fromMicros: number
  readonly toMicros: number
}

/** All times that an event may have. */
export const ALL_TIME: TimeWindow = { fromMicros: TIME_MICROS_MIN, toMicros: TIME_MICROS_END }

/**
 * Splits a time span into consecutive windows, in `order`: of the given widths, then the rest.
 *
 * A list query searches window by window until its page is full. A filter that many events match is
 * answered from the first window; for one that few match, the last window consults the indexes of
 * all other events.
 *
 * @param place.startMicros where the events are expected to begin (`oldest`) or end (`newest`). The
 * first window includes everything before it too: a wrong guess costs time, but loses no event.
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
