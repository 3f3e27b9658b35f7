import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { type DayNumber, isoDay, readIsoDay } from '../entries/calendar-day.ts'

/** How far one log was read. */
export interface LogPosition {
  /** The first day that was not read whole after it had ended. */
  readonly day: DayNumber
  /** Everything before this second (since the epoch) was stored; 0: nothing of the open days. */
  readonly second: number
}

/** How far each log was read, by its name. */
export type CollectorPosition = ReadonlyMap<string, LogPosition>

/** Reads a saved position. What cannot be read counts as not saved: what is read again is known. */
export function readPosition(saved: JsonObject | undefined): CollectorPosition {
  const logs = new Map<string, LogPosition>()
  const members = saved?.['logs']
  if (!isMembers(members)) return logs
  for (const [name, value] of Object.entries(members)) {
    const day = isMembers(value) ? readIsoDay(value['day']) : undefined
    const second = isMembers(value) ? value['second'] : undefined
    if (day !== undefined) logs.set(name, { day, second: typeof second === 'number' ? second : 0 })
  }
  return logs
}

/** The form in which a position is saved. */
export function positionBody(position: CollectorPosition): JsonObject {
  const logs = [...position].map(([name, { day, second }]) => [name, { day: isoDay(day), second }])
  return { logs: Object.fromEntries(logs) }
}
