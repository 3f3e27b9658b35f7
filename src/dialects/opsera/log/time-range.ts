import { TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'
import { badParameter } from '../errors.ts'
import { readWhole } from './whole-number.ts'

/** A day in microseconds. */
export const DAY_MICROS = 86_400_000_000

/** A span of time, [from, to) in microseconds since the epoch; a side that is absent is open. */
export interface TimeRange {
  readonly fromMicros?: number
  readonly toMicros?: number
}

const UNIT_MICROS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
  ['d', DAY_MICROS],
  ['w', 7 * DAY_MICROS],
])

/** The start of a day (UTC). @throws ApiError 400 unless the text is one, `YYYY-MM-DD`. */
export function readDay(name: string, text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // A Date takes February 30th for March 2nd.
  const isDay = Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text)
  if (!isDay) throw badParameter(name, 'a day in the format YYYY-MM-DD')
  return ms * 1000
}

/** A time of day: the span that it names, in microseconds since midnight. */
interface TimeOfDay {
  readonly fromMicros: number
  /** The end of its last second, or of its minute when no seconds are given. */
  readonly toMicros: number
}

/** @throws ApiError 400 unless the text is `HH:MM` or `HH:MM:SS`. */
export function readTimeOfDay(name: string, text: string): TimeOfDay {
  const pattern = /^(?<hours>[01]?\d|2[0-3]):(?<minutes>[0-5]\d)(?::(?<seconds>[0-5]\d))?$/
  const { hours, minutes, seconds } = pattern.exec(text)?.groups ?? {}
  if (hours === undefined) throw badParameter(name, 'a time in the format HH:MM:SS or HH:MM')
  const minuteMicros = (Number(hours) * 60 + Number(minutes)) * 60_000_000
  if (seconds === undefined) {
    return { fromMicros: minuteMicros, toMicros: minuteMicros + 60_000_000 }
  }
  const fromMicros = minuteMicros + Number(seconds) * 1_000_000
  return { fromMicros, toMicros: fromMicros + 1_000_000 }
}

/** A length of time such as `30s`, `13m`, `1h`, `3d` or `2w`, in microseconds. */
export function readLength(name: string, text: string): number {
  const count = readWhole(text.slice(0, -1))
  const unitMicros = UNIT_MICROS.get(text.slice(-1))
  if (count !== undefined && unitMicros !== undefined) return count * unitMicros
  throw badParameter(name, 'a number from 1 and one of s, m, h, d and w, such as 3d')
}

/** The part of a range in which events can be; it may be empty, never inverted. */
export function possibleRange({ fromMicros, toMicros }: TimeRange): TimeRange {
  const from = fromMicros === undefined ? undefined : possibleTime(fromMicros)
  const to = toMicros === undefined ? undefined : Math.max(possibleTime(toMicros), from ?? 0)
  return {
    ...(from !== undefined && { fromMicros: from }),
    ...(to !== undefined && { toMicros: to }),
  }
}

function possibleTime(micros: number): number {
  return Math.min(Math.max(micros, TIME_MICROS_MIN), TIME_MICROS_END)
}
