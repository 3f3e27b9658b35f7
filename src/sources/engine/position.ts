import type { JsonObject } from '../../core/event/event.ts'

/** How far an engine's events were read: up to an event, or up to a time when there was none. */
export interface Position {
  /**
   * The `source.eventId` of the last event read. While the engine still has that event, it has all
   * later ones too. Absent when the engine had no event.
   */
  readonly eventId?: string
  /**
   * The time of that event, or of the engine's clock, in nanoseconds since the epoch, as digits.
   */
  readonly timeNano: string
}

/**
 * How many seconds before the position to read again. Events do not arrive in time order: Podman
 * dates an image pull by its beginning and reports it at its end.
 */
const OVERLAP_SECONDS = 3600

/** How far an event may be ahead of the engine's clock before the clock counts as set back. */
const AHEAD_SECONDS_MAX = 60

/** The `since` value for all events. */
const FROM_THE_BEGINNING = '0'

/** Reads a stored position; undefined when it is not one. */
export function readPosition(kept: JsonObject | undefined): Position | undefined {
  const { eventId, timeNano } = kept ?? {}
  if (typeof timeNano !== 'string' || !/^\d{10,}$/.test(timeNano)) return undefined
  return typeof eventId === 'string' ? { eventId, timeNano } : { timeNano }
}

/**
 * The `since` value to request: whole seconds since the epoch, which Docker and Podman both read.
 * After the engine's clock was set back, later events have earlier times than the position, so
 * every event is requested.
 */
export function sinceOf(position: Position | undefined, engineNowMs: number): string {
  if (position === undefined) return FROM_THE_BEGINNING
  const seconds = Number(position.timeNano.slice(0, -9))
  if (seconds > engineNowMs / 1000 + AHEAD_SECONDS_MAX) return FROM_THE_BEGINNING
  return String(Math.max(0, seconds - OVERLAP_SECONDS))
}
