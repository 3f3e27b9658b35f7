import type { NewEvent } from '../../../core/new-event.ts'

/** What a station no longer has: its log was cleared, or it counts its events anew. */
export interface StationGap {
  readonly what: 'log' | 'events'
  /** Names the last that was read before. */
  readonly after: string
  /** Tells this gap from one that follows it. */
  readonly found: string
}

/** The event that tells of a part of a station's log or feed that may never have been read. */
export function gapEvent({ what, after, found }: StationGap): NewEvent & { message: string } {
  const message =
    what === 'log'
      ? 'The log was cleared; rows of the time between the last reading and that are missing'
      : 'The station counts its events anew; those since the last reading may be missing'
  return {
    action: 'collector.gap',
    level: 'warn',
    outcome: 'failure',
    source: { eventId: `gap-${what}-${after}-${found}` },
    target: { type: what },
    message,
    details: { after },
  }
}
