import { type GapEvent, gapEvent } from '../../../intake/gap.ts'

/** What a station no longer has: its log was cleared, or it counts its events anew. */
export interface StationGap {
  readonly what: 'log' | 'events'
  /** Names the last that was read before. */
  readonly after: string
  /** Tells this gap from one that follows it. */
  readonly found: string
  /** What was wrong with the answers; undefined when the log is cleared, or counts anew. */
  readonly reason?: string | undefined
}

/** The event for a part of a station's log or feed that may never have been read. */
export function stationGapEvent({ what, after, found, reason }: StationGap): GapEvent {
  const message =
    reason !== undefined
      ? `The ${what} cannot be read to the end (${reason}); what is behind that is missing`
      : what === 'log'
        ? 'The log was cleared; rows of the time between the last reading and that are missing'
        : 'The station counts its events anew; those since the last reading may be missing'
  const identity = `${what}-${after}-${found}`
  return gapEvent({ identity, target: { type: what }, message, reason, details: { after } })
}
