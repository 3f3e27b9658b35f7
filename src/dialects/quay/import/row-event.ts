import { Fault } from '../../../core/errors.ts'
import type { Actor, JsonObject, JsonValue } from '../../../core/event.ts'
import { isMembers } from '../../../core/json.ts'
import { inspectDetails, textProblem } from '../../../core/json-inspection.ts'
import { EVENT_BYTES_MAX } from '../../../core/limits.ts'
import type { NewEvent } from '../../../core/new-event.ts'
import { parseNewEvent } from '../../../core/parse-event.ts'
import { repositoryProblem } from '../../../core/repository-name.ts'
import { formatTimestamp } from '../../../core/timestamp.ts'
import { eventOfEntry } from '../entry-event.ts'
import type { LogEntry } from '../log-entry.ts'
import type { LogRow } from './log-row.ts'
import type { RowNames } from './row-names.ts'
import { readRowTime } from './row-time.ts'

/** How much of a row its event holds: all in its place, or metadata as text, or a dead letter. */
export type RowFate = 'whole' | 'as-text' | 'cut' | 'dead-letter'

/** The event of a row, ready to be sent. */
export interface RowEvent {
  readonly event: NewEvent
  readonly fate: RowFate
  /** Size of the event, in UTF-16 units of its canonical text. */
  readonly length: number
}

/** What is the same for all rows of a run. */
export interface RowOrigin {
  readonly sourceName: string
  readonly tenant: string | undefined
}

/** What Quay calls a kind that is not in its table of kinds. */
const UNKNOWN_KIND = 'unknown'

/** Bytes of JSON text, of metadata that is kept as text: the other fields need room too. */
const KEPT_TEXT_BYTES_MAX = EVENT_BYTES_MAX - 12 * 1024

const REASON_LENGTH_MAX = 1024

/** Any reception will do to check an event with: the server has its own. */
const RECEPTION = {
  receivedMicros: 0,
  tenant: 'default',
  anyTenant: true,
  source: { kind: 'quay', name: 'quay' },
}

/**
 * The event of a row: what `eventOfEntry` makes of the same entry when it is read over the API,
 * with what the database knows beyond that: the exact time and the ids.
 *
 * Every row has one. Metadata that is no JSON object, or that no event can hold, is kept as text;
 * a row with a time that no event can have is kept as a dead letter.
 */
export function eventOfRow(row: LogRow, names: RowNames, origin: RowOrigin): RowEvent {
  const micros = readRowTime(row.datetime)
  if (micros === undefined) {
    return deadRow(deadRowOf(row), origin, '/datetime: expected a time from 1970 to 2199')
  }
  const read = readMetadata(row)
  const event = {
    ...translated(row, { names, origin, micros, metadata: read.metadata }),
    ...(read.details !== undefined && { details: read.details }),
  }
  const length = lengthOrRefusal(event)
  return typeof length === 'number'
    ? { event, fate: read.fate, length }
    : deadRow(deadRowOf(row), origin, length)
}

interface Translation {
  readonly names: RowNames
  readonly origin: RowOrigin
  readonly micros: number
  readonly metadata: JsonObject
}

function translated(row: LogRow, { names, origin, micros, metadata }: Translation): NewEvent {
  const kind = names.kind(row.kindId)
  const performer = row.performerId === null ? undefined : names.account(row.performerId)
  const repository = row.repositoryId === null ? undefined : names.repository(row.repositoryId)
  const entry: LogEntry = {
    kind: kind ?? UNKNOWN_KIND,
    metadata: kind === undefined ? { ...metadata, quay_kind_id: row.kindId } : metadata,
    ip: row.ip,
    second: Math.floor(micros / 1_000_000),
    ...(performer !== undefined && {
      performer: { name: performer.name, isRobot: performer.isRobot },
    }),
  }
  const isPath = repository !== undefined && repositoryProblem(repository) === undefined
  const event = eventOfEntry(entry, {
    sourceName: origin.sourceName,
    namespace: names.account(row.accountId)?.name,
    ...(isPath && { repository }),
    occurrence: 0,
  })
  return {
    ...event,
    ...(origin.tenant !== undefined && { tenant: origin.tenant }),
    time: formatTimestamp(micros),
    source: { kind: 'quay', name: origin.sourceName, eventId: row.eventId },
    actor: actorOf(row, names),
    target: { ...event.target, id: targetIdOf(row) },
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

interface ReadMetadata {
  /** What the fields of the event are read from. */
  readonly metadata: JsonObject
  /** In place of the metadata, when that cannot stand in an event. */
  readonly details?: JsonObject
  readonly fate: RowFate
}

function readMetadata(row: LogRow): ReadMetadata {
  if (row.isMetadataCut) {
    return { metadata: {}, ...textDetails(row, 'metadata of less than an event may hold') }
  }
  // Quay takes an empty text for an empty object.
  const value = row.metadata === '' ? {} : parsed(row.metadata)
  if (!isMembers(value)) return { metadata: {}, ...textDetails(row, 'a JSON object') }
  const problem = inspectDetails(value) ?? textProblem(value)
  // It was JSON text, so it is a JSON object.
  const metadata = value as JsonObject
  if (problem !== undefined) return { metadata, ...textDetails(row, problem.expected) }
  const isSmall = Buffer.byteLength(row.metadata) <= KEPT_TEXT_BYTES_MAX
  if (isSmall) return { metadata, fate: 'whole' }
  // Escapes may make the text much longer than what it says.
  const isSmallWithin = Buffer.byteLength(JSON.stringify(value)) <= KEPT_TEXT_BYTES_MAX
  if (isSmallWithin) return { metadata, fate: 'whole' }
  return { metadata, ...textDetails(row, 'metadata of less than an event may hold') }
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The metadata as text: as much of it as fits. */
function textDetails(
  { metadata, metadataBytes, isMetadataCut }: LogRow,
  expected: string,
): { readonly details: JsonObject; readonly fate: 'as-text' | 'cut' } {
  const text = metadata.replaceAll('\0', '\u{fffd}').toWellFormed()
  const json = fitting(text, KEPT_TEXT_BYTES_MAX)
  const details = { unreadable: expected, json, bytes: metadataBytes }
  return { details, fate: isMetadataCut || json.length < text.length ? 'cut' : 'as-text' }
}

/** The longest beginning of a text whose JSON text has at most `bytesMax` bytes, or about that. */
function fitting(text: string, bytesMax: number): string {
  let kept = text.slice(0, bytesMax).toWellFormed()
  for (;;) {
    const bytes = Buffer.byteLength(JSON.stringify(kept))
    if (bytes <= bytesMax) return kept
    kept = kept.slice(0, Math.floor((kept.length * bytesMax) / bytes) - 1).toWellFormed()
  }
}

/** A row of which no event can be made. */
export interface DeadRow {
  readonly eventId: string
  readonly text: string
}

function deadRowOf(row: LogRow): DeadRow {
  return { eventId: row.eventId, text: JSON.stringify(row) }
}

/** The event that keeps what could not be read, under the row's own name. */
export function deadRow({ eventId, text }: DeadRow, origin: RowOrigin, reason: string): RowEvent {
  const body = fitting(text.replaceAll('\0', '\u{fffd}'), KEPT_TEXT_BYTES_MAX)
  const said = reason.slice(0, REASON_LENGTH_MAX)
  const event: NewEvent = {
    action: 'source.dead-letter',
    category: 'system',
    level: 'error',
    outcome: 'failure',
    source: { kind: 'quay', name: origin.sourceName, eventId },
    ...(origin.tenant !== undefined && { tenant: origin.tenant }),
    message: `a row of the log could not be read: ${said}`,
    details: {
      reason: said,
      bytes: Buffer.byteLength(text),
      body,
      encoding: 'utf-8',
      truncated: body.length < text.length,
    },
  }
  return { event, fate: 'dead-letter', length: body.length }
}

/** The length of an event's canonical text; the reason when it is not one that can be stored. */
function lengthOrRefusal(event: NewEvent): number | string {
  try {
    return parseNewEvent(event, RECEPTION).canonical.length
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const [problem] = error.problems
    return problem === undefined ? error.message : `${problem.path}: expected ${problem.expected}`
  }
}
