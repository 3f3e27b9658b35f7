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
 * How an event contains its row: completely, with metadata as text or cut, without a readable time,
 * or as a dead letter.
 */
export type RowFate = MetadataFate | 'untimed' | 'dead-letter'

/** The event of a row, ready to be sent. */
export interface RowEvent {
  readonly event: NewEvent
  readonly fate: RowFate
}

/** What all rows of a run have in common. */
export interface RowOrigin {
  readonly sourceName: string
  readonly tenant: string | undefined
}

/** Quay's name of a kind that is not in its table of kinds. */
const UNKNOWN_KIND = 'unknown'
/** The member of `details` with the number of such a kind. */
const KIND_ID = 'quay_kind_id'

/** Bytes of JSON of metadata that is kept as text; the other fields need space too. */
const KEPT_TEXT_BYTES_MAX = EVENT_BYTES_MAX - 12 * 1024

const REASON_LENGTH_MAX = 1024
/** Longest text that is kept instead of a time, in UTF-16 units. */
const TIME_LENGTH_MAX = 256

/**
 * The event of a row: the event that `eventOfEntry` makes of the same entry from the API, with what
 * only the database has: the exact time and the ids.
 *
 * Every row has an event. Metadata that is not a JSON object, or that no event can hold, is kept as
 * text. A row with an invalid time gets the time at which it is stored.
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

/** The ids of Quay, which stay when names are deleted or reused. */
function targetIdOf({ accountId, repositoryId }: LogRow): string {
  return repositoryId === null ? `${accountId}` : `${accountId}/${repositoryId}`
}

/**
 * For a deleted performer only the id is known, not even whether it was a robot. Quay shows no
 * performer, and neither does its dialect here.
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
  /** The source of the event's fields; undefined when it is not a JSON object. */
  readonly stored: StoredMetadata | undefined
  /** Replaces metadata that is not a JSON object. */
  readonly instead?: MetadataDetails
}

function metadataOf({ metadata, metadataBytes, isMetadataCut }: LogRow): RowMetadata {
  if (isMetadataCut) {
    const expected = 'metadata of less than an event may hold'
    return { stored: undefined, instead: textDetails(metadata, { expected, bytes: metadataBytes }) }
  }
  // Quay treats an empty text as an empty object.
  const stored = metadata === '' ? { value: {} } : readMetadata(metadata)
  if (stored !== undefined) return { stored }
  return { stored, instead: textDetails(metadata, { expected: 'a JSON object' }) }
}

function asSentOf({ asSent, datetime }: LogRow, micros: number | undefined) {
  const time = micros === undefined && { '/time': recordableText(datetime, TIME_LENGTH_MAX) }
  return asSent === undefined && !time ? {} : { asSent: { ...asSent, ...time } }
}

/** The number of an unknown kind is a member, so its text is kept without it. */
function textOf(
  stored: StoredMetadata | undefined,
  { metadata }: LogRow,
  kind: string | undefined,
): Pick<LogEntry, 'metadataText'> {
  if (stored === undefined) return {}
  const text = stored.text ?? (kind === undefined ? metadata || '{}' : undefined)
  return text === undefined ? {} : { metadataText: text }
}

/** A row that cannot become an event. */
export interface DeadRow {
  readonly eventId: string
  readonly text: string
  /** One line for people. */
  readonly reason: string
}

/** The event that keeps an unreadable row, under the row's own name. */
export function deadRow({ eventId, text, reason }: DeadRow, origin: RowOrigin): RowEvent {
  const clean = recordableText(text)
  const body = cutJsonText(clean, KEPT_TEXT_BYTES_MAX)
  const said = recordableText(reason, REASON_LENGTH_MAX)
  const event = unreadableEvent({
    source: { kind: 'quay', name: origin.sourceName, eventId },
    ...(origin.tenant !== undefined && { tenant: origin.tenant }),
    message: `a log row could not be read: ${said}`,
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
