import type { JsonObject } from '../../../core/event/event.ts'

/** How far a station was read. */
export interface StationPosition {
  /** Where the next window of its feed begins. */
  readonly offset: number
  /** The name of the newest row of its log that was read; undefined: none. */
  readonly lastRow: string | undefined
}

/** Reads a saved position. What cannot be read counts as not saved: nothing is stored twice. */
export function readPosition(saved: JsonObject | undefined): StationPosition {
  const { offset, lastRow } = saved ?? {}
  return {
    offset: typeof offset === 'number' && Number.isSafeInteger(offset) ? offset : 0,
    lastRow: typeof lastRow === 'string' ? lastRow : undefined,
  }
}

/** The form in which a position is saved. */
export function positionBody({ offset, lastRow }: StationPosition): JsonObject {
  return { offset, ...(lastRow !== undefined && { lastRow }) }
}
