import { createHash } from 'node:crypto'
import { canonicalJson } from '../../core/canonical-json.ts'
import type { Client, JsonObject, Target } from '../../core/event.ts'
import { canonicalIp } from '../../core/ip-address.ts'
import { inspectDetails, textProblem } from '../../core/json-inspection.ts'
import { EVENT_BYTES_MAX, NAME_LENGTH_MAX, USER_AGENT_LENGTH_MAX } from '../../core/limits.ts'
import type { NewEvent } from '../../core/new-event.ts'
import { repositoryProblem } from '../../core/repository-name.ts'
import { formatTimestamp } from '../../core/timestamp.ts'
import { quayKind } from './kinds.ts'
import type { LogEntry } from './log-entry.ts'

/** Where an entry stood in a Quay. */
export interface EntryPlace {
  /** The configured name of the Quay: `source.name`. */
  readonly sourceName: string
  /** The organization or user in whose log it is; absent for one that was deleted since. */
  readonly namespace: string | undefined
  /** The repository in whose log it is, without its namespace; absent when that is not known. */
  readonly repository?: string | undefined
  /** How many entries with the same `entryKey` were before it, from 0. */
  readonly occurrence: number
}

/** The source of events that were read from a Quay. */
const QUAY_SOURCE = 'quay'

/** Bytes of an event that the boundary fills in: its ids, its tenant, times. */
const FILLED_IN_BYTES = 4 * 1024
/** Longest message that is taken from metadata, in UTF-16 units. */
const MESSAGE_LENGTH = 1024
/** Characters of metadata that are kept as text when they cannot be kept as they are. */
const KEPT_TEXT_LENGTH = 12 * 1024

const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/

/**
 * The event that tells what an entry tells. Its `details` are the entry's metadata as they are, so
 * that the Quay dialect answers the same entry again. It always passes the boundary: what an event
 * cannot hold, such as an address that is none, stands in no field of its own.
 */
export function eventOfEntry(entry: LogEntry, place: EntryPlace): NewEvent {
  const { kind, metadata, performer } = entry
  const known = quayKind(kind)
  const failed = known?.isFailure === true
  const name = text(performer?.name)
  const event: NewEvent = {
    action: known?.action ?? actionOfUnknown(kind),
    ...(known === undefined && { category: 'registry' }),
    ...present('nativeAction', text(kind)),
    level: failed ? 'warn' : 'info',
    outcome: failed ? 'failure' : 'success',
    time: formatTimestamp(entry.second * 1_000_000),
    source: { kind: QUAY_SOURCE, name: place.sourceName, eventId: eventIdOf(entry, place) },
    actor: name === undefined ? null : { kind: performer?.isRobot ? 'robot' : 'user', name },
    target: targetOf(entry, place),
    client: clientOf(entry),
    ...present('message', text(metadata['message'], MESSAGE_LENGTH)),
  }
  return { ...event, details: keptMetadata(metadata, JSON.stringify(event)) }
}

/**
 * What makes two entries of one Quay the same entry, told apart only by their order: everything
 * that the API tells, and where it stands. Of an entry of a repository that its metadata names, it
 * is the same text as of that entry in the log of the whole namespace. A performer counts by name:
 * their avatar follows an e-mail address that may change.
 */
export function entryKey(
  entry: LogEntry,
  place: Pick<EntryPlace, 'namespace' | 'repository'>,
): string {
  const { kind, metadata, ip, second, performer } = entry
  const repository = place.repository === metadata['repo'] ? undefined : place.repository
  return canonicalJson({
    kind,
    metadata,
    ip,
    second,
    performer: performer === undefined ? null : [performer.name, performer.isRobot],
    namespace: place.namespace ?? null,
    ...(repository !== undefined && { repository }),
  })
}

function eventIdOf(entry: LogEntry, place: EntryPlace): string {
  const identity = `${entryKey(entry, place)}\n${place.occurrence}`
  return createHash('sha256').update(identity).digest('hex')
}

/** A kind that this table does not have yet: `share_repo` as `quay.share-repo`. */
function actionOfUnknown(kind: string): string {
  const word = kind
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-0-9]+|-+$/g, '')
  return `quay.${word.slice(0, NAME_LENGTH_MAX / 2) || 'unknown'}`
}

/** Whom or what the action was done to, by the object of the action: the key that names it. */
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
    ...present('namespace', text(place.namespace)),
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
  const isElsewhere = metadata['namespace'] !== undefined && metadata['namespace'] !== namespace
  const path = repository ?? (isElsewhere ? undefined : text(metadata['repo']))
  return path === undefined || repositoryProblem(path) !== undefined ? undefined : path
}

function clientOf({ ip, metadata }: LogEntry): Client {
  const agent = metadata['user-agent'] ?? metadata['useragent'] ?? metadata['user_agent']
  return {
    ...present('ip', ip === null ? undefined : canonicalIp(ip)),
    ...present('userAgent', text(agent, USER_AGENT_LENGTH_MAX)),
  }
}

/** Metadata that no event can hold (too large, too deep, NULs) is kept as the text of its JSON. */
function keptMetadata(metadata: JsonObject, otherFields: string): JsonObject {
  const problem = inspectDetails(metadata) ?? textProblem(metadata)
  const json = JSON.stringify(metadata)
  const room = EVENT_BYTES_MAX - FILLED_IN_BYTES - Buffer.byteLength(otherFields)
  const isSmall = Buffer.byteLength(json) <= room
  if (problem === undefined && isSmall) return metadata
  return {
    unreadable: problem?.expected ?? 'metadata of less than an event may hold',
    json: json.slice(0, KEPT_TEXT_LENGTH).toWellFormed(),
    bytes: Buffer.byteLength(json),
  }
}

/** A text that an event can hold in one field. */
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
