import type { Order } from '../../core/query.ts'
import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../core/timestamp.ts'

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
 * Cuts a span of time into two adjoining windows, in `order`: the first `widthMicros` of it, then
 * the rest.
 *
 * A list query runs window by window until its page is full. A filter that many events meet is
 * answered from the first one; for one that few meet, the second consults the indexes of all the
 * other events, which the first would have waited for in vain. Every query costs several
 * milliseconds before it reads a row, so there are two windows and not more.
 *
 * @param place.startMicros where the events are thought to begin (`oldest`) or end (`newest`); the
 *   first window takes in what lies before that too: a wrong guess costs time, never an event.
 */
export function timeWindows(
  span: TimeWindow,
  order: Order,
  place: { readonly startMicros: number; readonly widthMicros: number },
): readonly TimeWindow[] {
  const { fromMicros, toMicros } = span
  const start = Math.min(Math.max(place.startMicros, fromMicros), toMicros)
  const windows =
    order === 'newest'
      ? newestFirst(span, Math.max(start - place.widthMicros, fromMicros))
      : oldestFirst(span, Math.min(start + place.widthMicros, toMicros))
  return windows.filter((window) => window.fromMicros < window.toMicros)
}

function newestFirst({ fromMicros, toMicros }: TimeWindow, edge: number): readonly TimeWindow[] {
  return [
    { fromMicros: edge, toMicros },
    { fromMicros, toMicros: edge },
  ]
}

function oldestFirst({ fromMicros, toMicros }: TimeWindow, edge: number): readonly TimeWindow[] {
  return [
    { fromMicros, toMicros: edge },
    { fromMicros: edge, toMicros },
  ]
}
