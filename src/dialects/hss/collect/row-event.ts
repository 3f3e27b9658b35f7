import { createHash } from 'node:crypto'
import { cutText } from '../../../core/cut-text.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { MESSAGE_LENGTH_MAX, NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { formatTimestamp, TIME_MICROS_END, TIME_MICROS_MIN } from '../../../core/time/timestamp.ts'
import { canonicalIp } from '../../../core/values/ip-address.ts'
import { deadRowEvent } from '../../../intake/dead-letter.ts'
import { COLLECTED_ACTIONS } from '../source.ts'

/** Longest text of a row that is kept, in UTF-16 units; HSS states none. */
const TEXT_LENGTH_MAX = 2048
/** Longest content that is kept: an event has room for it whatever its characters are. */
const CONTENT_LENGTH_MAX = 12 * 1024

const TEXT_COLUMNS = [
  'resource_name',
  'resource_type',
  'event_name',
  'event_id',
  'event_type',
  'source_ip',
  'user_name',
  'content',
] as const
type TextColumn = (typeof TEXT_COLUMNS)[number]

/** A row of the log of HSS. What the vendor left out is an empty text. */
export type LogRow = Readonly<Record<TextColumn, string>> & {
  /** Milliseconds since the epoch; undefined when the row has none. */
  readonly time: number | undefined
  /** What the log has in place of a row, when that is not an object. */
  readonly item?: unknown
}

/** Reads a row. What is no object is kept as it is, in a row without values. */
export function readRow(item: unknown): LogRow {
  const value = isMembers(item) ? item : {}
  const text = (name: TextColumn): string => {
    const stated = value[name]
    if (stated === undefined || stated === null) return ''
    return typeof stated === 'string' ? stated : jsonOf(stated)
  }
  const { time } = value
  return {
    resource_name: text('resource_name'),
    resource_type: text('resource_type'),
    event_name: text('event_name'),
    event_id: text('event_id'),
    event_type: text('event_type'),
    source_ip: text('source_ip'),
    user_name: text('user_name'),
    content: text('content'),
    time: typeof time === 'number' && Number.isSafeInteger(time) ? time : undefined,
    ...(!isMembers(item) && { item }),
  }
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'a value of too many levels'
  }
}

/**
 * The event of a row. Each value is in the field that it belongs to; what a field cannot take, and
 * what has no field, is in `details` under the name of its column.
 */
export function rowEvent(row: LogRow): NewEvent {
  if (row.item !== undefined) return deadRowEvent('image operations', row.item)
  const category = categoryOf(row)
  const time = timeOf(row.time)
  const placed = placesOf(row)
  const inField = (name: TextColumn) => (placed[name] ? row[name] : undefined)
  const userName = inField('user_name')
  const ip = inField('source_ip')
  const [type, name] = [inField('resource_type'), inField('resource_name')]
  return {
    ...(time !== undefined && { time }),
    source: { eventId: eventIdOf(row) },
    action: COLLECTED_ACTIONS[category],
    nativeAction: inField('event_name') ?? '',
    category,
    actor: userName === undefined ? null : { name: userName, kind: 'user' },
    target: { ...(type !== undefined && { type }), ...(name !== undefined && { name }) },
    client: ip === undefined ? {} : { ip },
    message: inField('content') ?? '',
    details: {
      ...detailsOf(row, placed),
      ...(time === undefined && { time: row.time ?? null }),
    },
  }
}

/** Which texts of a row a field of an event takes as they are. */
function placesOf(row: LogRow): Readonly<Record<TextColumn, boolean>> {
  return {
    resource_name: fits(row.resource_name),
    resource_type: fits(row.resource_type),
    event_name: fits(row.event_name),
    event_id: fits(row.event_id),
    event_type: false,
    // HSS masks addresses: `100.93.10.***` is not an address.
    source_ip: canonicalIp(row.source_ip) === row.source_ip,
    user_name: fits(row.user_name),
    content: fits(row.content, MESSAGE_LENGTH_MAX),
  }
}

function fits(text: string, lengthMax = NAME_LENGTH_MAX): boolean {
  return text !== '' && text.length <= lengthMax && text === clean(text)
}

function detailsOf(row: LogRow, placed: ReturnType<typeof placesOf>): JsonObject {
  const left = TEXT_COLUMNS.filter((name) => !placed[name])
  // An event always has a name: that the row has none must be told.
  const told = left.filter((name) => row[name] !== '' || name === 'event_id')
  return Object.fromEntries(
    told.map((name) => {
      const lengthMax = name === 'content' ? CONTENT_LENGTH_MAX : TEXT_LENGTH_MAX
      return [name, clean(cutText(row[name], lengthMax))]
    }),
  )
}

/** Without what no event can hold. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

/** HSS's own name for it; of a row without one, or with one that is too long, a digest of all. */
export function eventIdOf(row: LogRow): string {
  if (fits(row.event_id)) return row.event_id
  const text = JSON.stringify([
    row.time ?? null,
    ...TEXT_COLUMNS.map((name) => row[name]),
    ...(row.item === undefined ? [] : [jsonOf(row.item)]),
  ])
  return `row-${createHash('sha256').update(text).digest('hex')}`
}

/** HSS does not say which of the two a row is about; where it names a container, it is that. */
function categoryOf({ content, event_name, event_type }: LogRow): keyof typeof COLLECTED_ACTIONS {
  const words = [event_name, event_type, content].join(' ')
  return /\bcontainers?\b/i.test(words) ? 'container' : 'image'
}

/** RFC 3339; undefined for a time that no event may have. */
function timeOf(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined
  const micros = ms * 1000
  const isTime = micros >= TIME_MICROS_MIN && micros < TIME_MICROS_END
  return isTime ? formatTimestamp(micros) : undefined
}
