import type { EventJson } from '../api/event.ts'

/** Most events that the live view keeps; older ones are found by a search. */
export const LIVE_EVENTS_MAX = 2_000
/** The period over which the rate is measured, ms. */
const RATE_MS = 10_000

/** The events of the live view, newest first, and what arrived while it was paused. */
export interface LiveBuffer {
  readonly shown: readonly EventJson[]
  /** Newest first; shown when the view continues. */
  readonly held: readonly EventJson[]
  /** The seq after which the stream continues; undefined until the stream began. */
  readonly position: number | undefined
  /** Whether events were dropped because the view keeps only the latest. */
  readonly isCut: boolean
  /** When recent events arrived here, ms since 1970, oldest first. */
  readonly arrivals: readonly number[]
}

/** A view without events. */
export const EMPTY_BUFFER: LiveBuffer = {
  shown: [],
  held: [],
  position: undefined,
  isCut: false,
  arrivals: [],
}

/** What the stream brought at once, oldest first, and the position after it. */
export interface Arrival {
  readonly events: readonly EventJson[]
  readonly position: number
  readonly atMs: number
}

/** Adds what arrived. Events at or before the position are known: they are not added again. */
export function withArrival(buffer: LiveBuffer, arrival: Arrival, isPaused: boolean): LiveBuffer {
  const { position: before = -1 } = buffer
  const fresh = arrival.events.filter(({ seq }) => seq > before).toReversed()
  const since = arrival.atMs - RATE_MS
  const next: LiveBuffer = {
    ...buffer,
    position: Math.max(before, arrival.position),
    arrivals: [...buffer.arrivals, ...fresh.map(() => arrival.atMs)].filter((at) => at > since),
  }
  if (fresh.length === 0) return next
  return isPaused
    ? cut({ ...next, held: [...fresh, ...buffer.held] })
    : cut({ ...next, shown: [...fresh, ...buffer.held, ...buffer.shown], held: [] })
}

/** Shows what was held. */
export function continued(buffer: LiveBuffer): LiveBuffer {
  return cut({ ...buffer, shown: [...buffer.held, ...buffer.shown], held: [] })
}

/**
 * Puts older events below those of the stream, which began after `position`: only those up to
 * there, since the stream brings the others.
 */
export function withPast(
  buffer: LiveBuffer,
  past: readonly EventJson[],
  position: number,
): LiveBuffer {
  const older = past.filter(({ seq }) => seq <= position)
  return cut({ ...buffer, shown: [...buffer.shown, ...older] })
}

/** Events in a second, on average of the last ones. */
export function rateOf({ arrivals }: LiveBuffer, nowMs: number): number {
  return arrivals.filter((at) => at > nowMs - RATE_MS).length / (RATE_MS / 1_000)
}

function cut(buffer: LiveBuffer): LiveBuffer {
  const isOver = (events: readonly EventJson[]) => events.length > LIVE_EVENTS_MAX
  const latest = (events: readonly EventJson[]) =>
    isOver(events) ? events.slice(0, LIVE_EVENTS_MAX) : events
  const isCut = buffer.isCut || isOver(buffer.held) || isOver(buffer.shown)
  return { ...buffer, held: latest(buffer.held), shown: latest(buffer.shown), isCut }
}
