import { cutJsonText } from '../../../core/cut-text.ts'
import type { Actor } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { EVENT_BYTES_MAX } from '../../../core/limits.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { unreadableEvent } from '../../../intake/dead-letter.ts'
import { type EntryEvent, translateEntry } from '../entries/entry-event.ts'
import type { LogEntry } from '../entries/log-entry.ts'
import {
  type MetadataDetails,
  type MetadataFate,
  readMetadata,
  type StoredMetadata,
  textDetails,
} from '../entries/metadata-details.ts'
import type { LogRow } from './log-row.ts'
import type { RowNames } from './row-names.ts'
import { readRowTime } from './row-time.ts'

/**
 * How much of a row its event holds: all in its place, metadata as text or the beginning of it, no
 * time that could be read, or a dead letter.
 */
export type RowFate = MetadataFate | 'untimed' | 'dead-letter'

/** The event of a row, ready to be sent. */
export interface RowEvent {
  readonly event: NewEvent
  readonly fate: RowFate
}

/** What is the same for all rows of a run. */
export interface RowOrigin {
  readonly sourceName: string
  readonly tenant: string | undefined
}

/** What Quay calls a kind that is not in its table of kinds. */
const UNKNOWN_KIND = 'unknown'
/** The member of `details` that holds the number of such a kind. */
const KIND_ID = 'quay_kind_id'

/** Bytes of JSON text, of metadata that is kept as text: the other fields need room too. */
const KEPT_TEXT_BYTES_MAX = EVENT_BYTES_MAX - 12 * 1024

const REASON_LENGTH_MAX = 1024
/** Longest text that is kept in the place of a time, in UTF-16 units. */
const TIME_LENGTH_MAX = 256

/**
 * The event of a row: what `eventOfEntry` makes of the same entry when it is read over the API,
 * with what the database knows beyond that: the exact time and the ids.
 *
 * Every row has one. Metadata that is no JSON object, or that no event can hold, is kept as text. A
 * row with a time that no event can have gets the time at which it is stored.
 */
export function eventOfRow(row: LogRow, names: RowNames, origin: RowOrigin): RowEvent {
  const micros = readRowTime(row.datetime)
  const { event, fate } = translated(row, names, { origin, micros })
  return { event, fate: micros === undefined ? 'untimed' : fate }
}

interface Translation {
  readonly origin: RowOrigin
  /** Undefined for a time that no event can have. */
  readonly micros: number | undefined
}

function translated(row: LogRow, names: RowNames, { origin, micros }: Translation): EntryEvent {
  const kind = names.kind(row.kindId)
  const performer = row.performerId === null ? undefined : names.account(row.performerId)
  const repository = row.repositoryId === null ? undefined : names.repository(row.repositoryId)
  const read = metadataOf(row)
  const metadata = read.stored?.value ?? {}
  const entry: LogEntry = {
    kind: kind ?? UNKNOWN_KIND,
    metadata: kind === undefined ? { ...metadata, [KIND_ID]: row.kindId } : metadata,
    ...textOf(read.stored, row, kind),
    ip: row.ip,
    second: Math.floor((micros ?? 0) / 1_000_000),
    ...(performer !== undefined && {
      performer: { name: performer.name, isRobot: performer.isRobot },
    }),
    ...asSentOf(row, micros),
  }
  const { event: translation, fate } = translateEntry(entry, {
    sourceName: origin.sourceName,
    namespace: names.account(row.accountId)?.name,
    ...(repository !== undefined && { repository }),
    occurrence: 0,
    detailsBytesMax: KEPT_TEXT_BYTES_MAX,
  })
  const { time: _wholeSeconds, ...event } = translation
  return {
    event: {
      ...event,
      ...(origin.tenant !== undefined && { tenant: origin.tenant }),
      ...(micros !== undefined && { time: formatTimestamp(micros) }),
      source: { kind: 'quay', name: origin.sourceName, eventId: row.eventId },
      actor: actorOf(row, names),
      target: { ...event.target, id: targetIdOf(row) },
      ...(read.instead !== undefined && {
        details: { ...event.details, ...read.instead.details },
      }),
    },
    fate: read.instead?.fate ?? fate,
  }
}

/** The ids of Quay, which stay when the names that they stand for are deleted or given again. */
function targetIdOf({ accountId, repositoryId }: LogRow): string {
  return repositoryId === null ? `${accountId}` : `${accountId}/${repositoryId}`
}

/**
 * Of a performer who was deleted nothing but the id is left, not even whether it was a robot: Quay
 * shows nobody, and so does its dialect here.
 */
function actorOf({ performerId }: LogRow, names: RowNames): Actor | null {
  if (performerId === null) return null
  const id = String(performerId)
  const account = names.account(performerId)
  if (account === undefined) return { id, kind: 'anonymous' }
  const { name, email, isRobot } = account
  return { id, name, kind: isRobot ? 'robot' : 'user', ...(email ? { email } : {}) }
}

interface RowMetadata {
  /** What the fields of the event are read from; undefined when it is no JSON object. */
  readonly stored: StoredMetadata | undefined
  /** In place of the metadata, when that is none. */
  readonly instead?: MetadataDetails
}

function metadataOf({ metadata, metadataBytes, isMetadataCut }: LogRow): RowMetadata {
  if (isMetadataCut) {
    const expected = 'metadata of less than an event may hold'
    return { stored: undefined, instead: textDetails(metadata, { expected, bytes: metadataBytes }) }
  }
  // Quay takes an empty text for an empty object.
  const stored = metadata === '' ? { value: {} } : readMetadata(metadata)
  if (stored !== undefined) return { stored }
  return { stored, instead: textDetails(metadata, { expected: 'a JSON object' }) }
}

function asSentOf({ asSent, datetime }: LogRow, micros: number | undefined) {
  const time = micros === undefined && { '/time': recordableText(datetime, TIME_LENGTH_MAX) }
  return asSent === undefined && !time ? {} : { asSent: { ...asSent, ...time } }
}

/** The number of an unknown kind stands among the members, so their text is kept without it. */
function textOf(
  stored: StoredMetadata | undefined,
  { metadata }: LogRow,
  kind: string | undefined,
): Pick<LogEntry, 'metadataText'> {
  if (stored === undefined) return {}
  const text = stored.text ?? (kind === undefined ? metadata || '{}' : undefined)
  return text === undefined ? {} : { metadataText: text }
}

/** A row of which no event can be made. */
export interface DeadRow {
  readonly eventId: string
  readonly text: string
  /** One line for people. */
  readonly reason: string
}

/** The event that keeps what could not be read, under the row's own name. */
export function deadRow({ eventId, text, reason }: DeadRow, origin: RowOrigin): RowEvent {
  const clean = recordableText(text)
  const body = cutJsonText(clean, KEPT_TEXT_BYTES_MAX)
  const said = recordableText(reason, REASON_LENGTH_MAX)
  const event = unreadableEvent({
    source: { kind: 'quay', name: origin.sourceName, eventId },
    ...(origin.tenant !== undefined && { tenant: origin.tenant }),
    message: `a row of the log could not be read: ${said}`,
    details: {
      reason: said,
      bytes: Buffer.byteLength(text),
      body,
      encoding: 'utf-8',
      truncated: body.length < clean.length,
    },
  })
  return { event, fate: 'dead-letter' }
}
