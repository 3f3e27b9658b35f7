import { createHash } from 'node:crypto'
import { cutText } from '../../../core/cut-text.ts'
import {
  type Actor,
  CATEGORIES,
  type Category,
  type JsonObject,
  type Level,
  type Target,
} from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { MESSAGE_LENGTH_MAX, NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { formatTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'
import type { WallClock } from '../log/wall-clock.ts'
import { ROW_WORD } from '../source.ts'
import { meaningOf } from './row-templates.ts'

/** A row of a station's log. */
export interface LogRow {
  readonly id: number
  /** Seconds that the station's wall clock showed. */
  readonly ts: number
  readonly level: string
  readonly category: string
  readonly user: string
  readonly message: string
}

/**
 * Reads a row; undefined for anything without a number or a time. A value of another form in
 * place of a text is taken as its JSON.
 */
export function readRow(value: unknown): LogRow | undefined {
  if (!isMembers(value)) return undefined
  const { id, ts, level, category, user, message } = value
  if (!Number.isSafeInteger(id) || !Number.isSafeInteger(ts)) return undefined
  return {
    id: Number(id),
    ts: Number(ts),
    level: textOf(level),
    category: textOf(category),
    user: textOf(user),
    message: textOf(message),
  }
}

/** A text itself; of any other value its JSON, of none an empty text. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value)
  } catch {
    return 'a value of too many levels'
  }
}

/**
 * The name of a row's event. The id alone would not do: ids begin anew when the log is cleared.
 */
export function rowEventId(row: LogRow): string {
  const { id, ts, level, category, user, message } = row
  const text = JSON.stringify([ts, level, category, user, message])
  return `log-${id}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}

const LEVELS: Readonly<Record<string, Level>> = { INFO: 'info', WARN: 'warn', ERROR: 'error' }

/** The event of a row: an act as the station's log reports it. */
export function rowEvent(row: LogRow, wallClock: WallClock): NewEvent {
  const { id, ts, user, message } = row
  const { action, outcome, target, details } = meaningOf(message)
  const level = Object.hasOwn(LEVELS, row.level) ? LEVELS[row.level] : undefined
  const time = timeOf(wallClock.microsAt(ts))
  return {
    ...(time !== undefined && { time }),
    source: { eventId: rowEventId(row) },
    action,
    nativeAction: ROW_WORD,
    category: categoryOf(row.category, action),
    level: level ?? 'info',
    outcome: outcome ?? (level === 'error' ? 'failure' : 'success'),
    actor: actorOf(user),
    ...(target !== undefined && { target: bounded(target) }),
    message: cutText(message, MESSAGE_LENGTH_MAX),
    details: { ...details, id, ts, ...unusual(row, level) },
  }
}

/** What a row says in words that events have no place for. */
function unusual(row: LogRow, level: Level | undefined): JsonObject {
  return {
    ...(level === undefined && { level: row.level }),
    ...(!isCategory(row.category) && { category: row.category }),
    // Next to this much, the rest of an event has room, whatever it is made of.
    ...(row.message.length > MESSAGE_LENGTH_MAX && { messageLength: row.message.length }),
  }
}

/** Of networks the station's log tells as `system`; here they have a category of their own. */
function categoryOf(stated: string, action: string): Category {
  if (action.startsWith('network.')) return 'network'
  return isCategory(stated) ? stated : 'system'
}

function isCategory(text: string): text is Category {
  return CATEGORIES.some((category) => category === text)
}

/** Whom the station names: `system` is itself. */
export function actorOf(user: string): Partial<Actor> | null {
  if (user === '') return null
  const name = cutText(user, NAME_LENGTH_MAX)
  return { name, kind: user === 'system' ? 'system' : 'user' }
}

/** RFC 3339; undefined for a time that no event may have. */
export function timeOf(micros: number): string | undefined {
  return micros >= TIME_MICROS_MIN && micros < TIME_MICROS_END ? formatTimestamp(micros) : undefined
}

function bounded(target: Target): Target {
  return Object.fromEntries(
    Object.entries(target).map(([key, text]) => [key, text && cutText(text, NAME_LENGTH_MAX)]),
  )
}
