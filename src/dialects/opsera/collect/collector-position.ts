import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { LOG_NAMES, type LogName } from '../selection.ts'

/** A day in milliseconds. */
export const DAY_MS = 86_400_000

/** How far a log was read. */
export interface LogPosition {
  /** Everything before was read, milliseconds since the epoch: the start of a day (UTC). */
  readonly dayMs: number
  /** The time of the newest row that was read, milliseconds since the epoch; 0: none. */
  readonly newestMs: number
}

/** Reads saved positions. What cannot be read counts as not saved: reading again stores nothing. */
export function readPositions(saved: JsonObject | undefined): ReadonlyMap<LogName, LogPosition> {
  const positions = new Map<LogName, LogPosition>()
  for (const log of LOG_NAMES) {
    const position = saved?.[log]
    const { dayMs, newestMs } = isMembers(position) ? position : {}
    if (!isTime(dayMs) || !isTime(newestMs)) continue
    positions.set(log, { dayMs, newestMs })
  }
  return positions
}

/** The form in which positions are saved. */
export function positionsBody(positions: ReadonlyMap<LogName, LogPosition>): JsonObject {
  return Object.fromEntries([...positions].map(([log, position]) => [log, { ...position }]))
}

/** The position after rows up to this time were read, at a moment. */
export function advanced(
  { dayMs, newestMs }: LogPosition,
  readMs: number,
  nowMs: number,
): LogPosition {
  // A row of the future must not hide those that come before it.
  const newest = Math.max(newestMs, Math.min(readMs, nowMs))
  return { dayMs, newestMs: newest }
}

/** The start of the day that a time is in. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS
}

/** `2026-11-22` */
export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
