import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../core/event/canonical-json.ts'
import type { Client, JsonObject, Target } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { EVENT_BYTES_MAX, NAME_LENGTH_MAX, USER_AGENT_LENGTH_MAX } from '../../../core/limits.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { addressWithoutZone, canonicalIp } from '../../../core/values/ip-address.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { repositoryProblem } from '../../../core/values/repository-name.ts'
import { QUAY_SOURCE_KIND } from '../source.ts'
import { quayKind } from './kinds.ts'
import type { LogEntry } from './log-entry.ts'
import {
  ADDRESS_POINTER,
  detailsOfMetadata,
  type MetadataDetails,
  type MetadataFate,
  withAsSent,
} from './metadata-details.ts'

/** The place of an entry in a Quay. */
export interface EntryPlace {
  /** The configured name of the Quay: `source.name`. */
  readonly sourceName: string
  /** The organization or user whose log it is in; absent for one that was deleted since. */
  readonly namespace: string | undefined
  /** The repository whose log it is in, without its namespace; absent when unknown. */
  readonly repository?: string | undefined
  /** How many entries with the same `entryKey` came before it, from 0. */
  readonly occurrence: number
  /** Most bytes of the event's `details`; default is what the other fields leave. */
  readonly detailsBytesMax?: number
}

/** An event, and how much of the entry's metadata it contains. */
export interface EntryEvent {
  readonly event: NewEvent
  readonly fate: MetadataFate
}

/** Bytes that the boundary fills in: ids, the tenant, times. */
const FILLED_IN_BYTES = 4 * 1024
/** Longest message that is taken from metadata, in UTF-16 units. */
const MESSAGE_LENGTH = 1024

/** Longest text that is kept instead of an address, in UTF-16 units. */
const ADDRESS_LENGTH_MAX = 1024
/** Bytes that are always available for details. */
const DETAILS_BYTES_MIN = 4 * 1024

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

/**
 * The event of an entry. Its `details` are the entry's metadata, so that the Quay dialect returns
 * the same entry again. A value that is nowhere else in the entry is passed to its field unchanged,
 * and the boundary decides; a value of the metadata goes to a field only if the field can hold it.
 */
export function eventOfEntry(entry: LogEntry, place: EntryPlace): NewEvent {
  return translateEntry(entry, place).event
}

/** As `eventOfEntry`, with how much of the metadata the event contains. */
export function translateEntry(entry: LogEntry, place: EntryPlace): EntryEvent {
  const { kind, metadata, performer } = entry
  const known = quayKind(kind)
  const failed = known?.isFailure === true
  const event: NewEvent = {
    action: known?.action ?? actionOfUnknown(kind),
    ...(known === undefined && { category: 'registry' }),
    nativeAction: kind,
    level: failed ? 'warn' : 'info',
    outcome: failed ? 'failure' : 'success',
    time: formatTimestamp(entry.second * 1_000_000),
    source: { kind: QUAY_SOURCE_KIND, name: place.sourceName, eventId: eventIdOf(entry, place) },
    actor:
      performer === undefined
        ? null
        : { kind: performer.isRobot ? 'robot' : 'user', name: performer.name },
    target: targetOf(entry, place),
    client: clientOf(entry),
    ...present('message', text(metadata['message'], MESSAGE_LENGTH)),
  }
  const asSent = asSentOf(entry, event.client?.ip)
  const { details, fate } = keptMetadata(entry, place, JSON.stringify({ ...event, asSent }))
  return { event: { ...event, details: withAsSent(details, asSent) }, fate }
}

function keptMetadata(entry: LogEntry, place: EntryPlace, otherFields: string): MetadataDetails {
  const { metadata: value, metadataText } = entry
  const room = EVENT_BYTES_MAX - FILLED_IN_BYTES - Buffer.byteLength(otherFields)
  return detailsOfMetadata(
    { value, ...(metadataText !== undefined && { text: metadataText }) },
    Math.max(Math.min(room, place.detailsBytesMax ?? room), DETAILS_BYTES_MIN),
  )
}

/** Values that fit no field, and an address that the event has in another form or lacks. */
function asSentOf({ ip: stored, asSent = {} }: LogEntry, ip: string | undefined): JsonObject {
  if (stored === null || stored === ip) return asSent
  return { ...asSent, [ADDRESS_POINTER]: recordableText(stored, ADDRESS_LENGTH_MAX) }
}

/**
 * The identity of an entry in one Quay; equal entries differ only in their order. It consists of
 * everything in the API's answer, and of the entry's place. An entry of a repository that its
 * metadata names has the same identity in the log of the whole namespace. A performer is identified
 * by name, because the avatar depends on an e-mail address that may change.
 */
export function entryKey(
  entry: LogEntry,
  place: Pick<EntryPlace, 'namespace' | 'repository'>,
): string {
  const { kind, metadata, ip, second, performer, asSent } = entry
  const repository = place.repository === metadata['repo'] ? undefined : place.repository
  const others = {
    kind,
    ip: ip === '' ? null : ip,
    second,
    performer: performer === undefined ? null : [performer.name, performer.isRobot],
    namespace: place.namespace ?? null,
    ...(repository !== undefined && { repository }),
    ...(asSent !== undefined && { asSent }),
  }
  try {
    return canonicalJson({ ...others, metadata })
  } catch (error) {
    // Metadata with thousands of levels cannot be walked, but always has its text.
    if (!(error instanceof RangeError)) throw error
    return canonicalJson({ ...others, metadata: entry.metadataText ?? '' })
  }
}

function eventIdOf(entry: LogEntry, place: EntryPlace): string {
  const identity = `${entryKey(entry, place)}\n${place.occurrence}`
  return createHash('sha256').update(identity).digest('hex')
}

/** A kind that the table does not have yet: `share_repo` becomes `quay.share-repo`. */
function actionOfUnknown(kind: string): string {
  const word = kind
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return `quay.${word.slice(0, NAME_LENGTH_MAX / 2) || 'unknown'}`
}

/** The key that names the target of an action, by the object of the action. */
const NAME_KEYS: Readonly<Record<string, string>> = {
  user: 'username',
  robot: 'robot',
  team: 'team',
  application: 'application_name',
}

function targetOf({ kind, metadata }: LogEntry, place: EntryPlace): Target {
  const action = quayKind(kind)?.action ?? ''
  const type = typeOf(action, metadata)
  const digest = text(metadata['manifest_digest']) ?? text(metadata['digest'])
  const isDigest = digest !== undefined && DIGEST.test(digest)
  return {
    ...present('type', type),
    ...present('name', text(metadata[NAME_KEYS[type ?? ''] ?? ''])),
    ...present('namespace', place.namespace),
    ...present('repository', repositoryOf(metadata, place)),
    ...present('tag', text(metadata['tag'])),
    ...present('digest', isDigest ? digest : undefined),
  }
}

function typeOf(action: string, metadata: JsonObject): string | undefined {
  if (action.endsWith('-permission')) return metadata['team'] === undefined ? 'user' : 'team'
  return text(action.slice(0, action.indexOf('.')))
}

/** A superuser's entries may name a repository of another namespace than the log's. */
function repositoryOf(
  metadata: JsonObject,
  { namespace, repository }: EntryPlace,
): string | undefined {
  if (repository !== undefined) return repository
  const isElsewhere = metadata['namespace'] !== undefined && metadata['namespace'] !== namespace
  const path = isElsewhere ? undefined : text(metadata['repo'])
  return path === undefined || repositoryProblem(path) !== undefined ? undefined : path
}

function clientOf({ ip, metadata }: LogEntry): Client {
  const agent = metadata['user-agent'] ?? metadata['useragent'] ?? metadata['user_agent']
  return {
    ...present('ip', ip === null ? undefined : (canonicalIp(ip) ?? addressWithoutZone(ip))),
    ...present('userAgent', text(agent, USER_AGENT_LENGTH_MAX)),
  }
}

/** A text of the metadata that an event can hold in one field; it also stays in the details. */
function text(value: unknown, lengthMax = NAME_LENGTH_MAX): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > lengthMax) return undefined
  return value.isWellFormed() && !value.includes('\0') ? value : undefined
}

function present<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [Name in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [Name in Key]: Value })
}
