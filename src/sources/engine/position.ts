import type { JsonObject } from '../../core/event/event.ts'

/** How far an engine's events were read: up to an event, or up to a time when there was none. */
export interface Position {
  /**
   * The `source.eventId` of the event that was read last. An engine that still has it has
   * everything after it. Absent: the engine had no event to tell.
   */
  readonly eventId?: string
  /** The time of that event, or of the engine's clock: nanoseconds since the epoch, as digits. */
  readonly timeNano: string
}

/**
 * How much of what was read before is asked for again, in seconds. Events do not come in the order
 * of their times: Podman dates the pull of an image by its beginning and tells of it at its end.
 */
const OVERLAP_SECONDS = 3600

/** How far an event may be ahead of its engine's clock before that clock counts as set back. */
const AHEAD_SECONDS_MAX = 60

/** Everything that the engine has. */
const FROM_THE_BEGINNING = '0'

/** Reads what was kept; undefined when it is no position. */
export function readPosition(kept: JsonObject | undefined): Position | undefined {
  const { eventId, timeNano } = kept ?? {}
  if (typeof timeNano !== 'string' || !/^\d{10,}$/.test(timeNano)) return undefined
  return typeof eventId === 'string' ? { eventId, timeNano } : { timeNano }
}

/**
 * What to ask for as `since`: whole seconds since the epoch, which Docker and Podman both read.
 * When the engine's clock was set back, later events have earlier times than the position, so
 * everything is asked for.
 */
export function sinceOf(position: Position | undefined, engineNowMs: number): string {
  if (position === undefined) return FROM_THE_BEGINNING
  const seconds = Number(position.timeNano.slice(0, -9))
  if (seconds > engineNowMs / 1000 + AHEAD_SECONDS_MAX) return FROM_THE_BEGINNING
  return String(Math.max(0, seconds - OVERLAP_SECONDS))
}
