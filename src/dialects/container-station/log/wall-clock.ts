import { parseTimestamp } from '../../../core/time/timestamp.ts'

/** Microseconds of a minute and of a second. */
const MINUTE_MICROS = 60_000_000
const SECOND_MICROS = 1_000_000

/**
 * A station's local clock. In log rows, Container Station's times are local time treated as UTC;
 * the times of its events are correct.
 */
export class WallClock {
  readonly #offsetMicros: number

  /** @param offsetMinutes minutes that the local clock is ahead of UTC (east is positive). */
  constructor(offsetMinutes: number) {
    this.#offsetMicros = offsetMinutes * MINUTE_MICROS
  }

  /** Local seconds at the time of an event, truncated, not rounded. */
  seconds(time: string): number {
    return Math.floor(this.#shown(microsOf(time)) / SECOND_MICROS)
  }

  /** `YYYY-MM-DD HH:MM:SS.ffffff`. */
  text(time: string): string {
    const shown = this.#shown(microsOf(time))
    const milliseconds = Math.floor(shown / 1000)
    const rest = String(shown - milliseconds * 1000).padStart(3, '0')
    return `${new Date(milliseconds).toISOString().slice(0, -1).replace('T', ' ')}${rest}`
  }

  /** `YYYY-MM-DD HH:MM:SS` of microseconds since the epoch. */
  textOfSecond(micros: number): string {
    const milliseconds = Math.floor(this.#shown(micros) / 1000)
    return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
  }

  /** Microseconds since the epoch of the moment when the local clock shows these seconds. */
  microsAt(seconds: number): number {
    return seconds * SECOND_MICROS - this.#offsetMicros
  }

  #shown(micros: number): number {
    return micros + this.#offsetMicros
  }
}

/** The true second of an event, as in the feed of events. */
export function epochSeconds(time: string): number {
  return Math.floor(microsOf(time) / SECOND_MICROS)
}

function microsOf(time: string): number {
  return parseTimestamp(time) ?? 0
}
