import { catalogueCategory } from './action-catalogue.ts'
import { detailsWithAsSent } from './as-sent.ts'
import { canonicalJson, isCanonicallyOrdered, withOrderedKeys } from './canonical-json.ts'
import { DIGEST } from './digest.ts'
import { type Draft, draftOf } from './draft.ts'
import { Fault } from './errors.ts'
import type { Actor, Category, Client, Event, EventSource, JsonObject, Target } from './event.ts'
import { ACTOR_KINDS, CATEGORIES, LEVEL_OF_OUTCOME, LEVELS, OUTCOMES } from './event.ts'
import { FieldReader } from './field-reader.ts'
import { isMembers, type Members } from './json.ts'
import {
  EVENT_BYTES_MAX,
  MESSAGE_LENGTH_MAX,
  NAME_LENGTH_MAX,
  USER_AGENT_LENGTH_MAX,
} from './limits.ts'
import type { Reception } from './new-event.ts'
import { repositoryProblem } from './repository-name.ts'
import { type SourceName, sourceProblem } from './source-name.ts'
import {
  canonicalTimestamp,
  formatTimestamp,
  parseTimestamp,
  TIME_MICROS_END,
  TIME_MICROS_MIN,
} from './timestamp.ts'
import { isUuid, mintUuid } from './uuid.ts'

const EVENT_FIELDS = new Set([
  'id',
  'time',
  'tenant',
  'source',
  'action',
  'nativeAction',
  'category',
  'level',
  'outcome',
  'actor',
  'target',
  'client',
  'message',
  'details',
])
const SOURCE_FIELDS = new Set(['kind', 'name', 'eventId'])
const ACTOR_FIELDS = new Set(['id', 'name', 'email', 'kind'])
const TARGET_FIELDS = new Set(['type', 'id', 'name', 'namespace', 'repository', 'tag', 'digest'])
const CLIENT_FIELDS = new Set(['ip', 'userAgent'])

/** What an action is, but for those of the catalogue. */
export const ACTION = {
  pattern: /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/,
  expected: '`object.verb` in lower case, such as image.push',
}

/**
 * Reads one event at the boundary: checks every field, fills in what was left out, and makes its
 * canonical text. Inside, events are trusted.
 *
 * @param value what a sender stated, in the form of `NewEvent`.
 * @param index which event of a batch it is, named in problems; undefined outside of batches.
 * @throws Fault `event.invalid` that names each problem by its JSON pointer.
 */
export function parseNewEvent(value: unknown, reception: Reception, index?: number): Draft {
  const reader = new FieldReader(index)
  const read = readEvent(reader, value, reception)
  const event = reader.asSent.size === 0 ? read : withAsSent(read, reader.asSent)
  const canonical = canonicalText(event)
  if (isOverSize(canonical)) {
    reader.problem('', `an event of at most ${EVENT_BYTES_MAX} bytes`)
    throw invalid(reader)
  }
  return draftOf(event, canonical)
}

/**
 * Reads the fields of an event, each by the checks of the boundary; what becomes of one that they
 * refuse is the reader's to say. The event may be too large.
 *
 * @throws Fault `event.invalid` when the reader noted a problem.
 */
export function readEvent(reader: FieldReader, value: unknown, reception: Reception): Event {
  if (!isMembers(value)) {
    reader.problem('', 'a JSON object')
    throw invalid(reader)
  }
  reader.knownFields('', value, EVENT_FIELDS)
  const sentId = readId(reader, value['id'])
  const source = readSource(reader, value['source'], sentId, reception)
  const action = readAction(reader, value['action'])
  const outcome = reader.oneOf('/outcome', value['outcome'], OUTCOMES) ?? 'unknown'
  // The keys stand in canonical order, so that serialising the event gives its canonical text.
  const event: Event = {
    action,
    actor: readActor(reader, value['actor']),
    category: readCategory(reader, value['category'], action),
    client: readClient(reader, value['client']),
    details: orderedDetails(reader.details(value['details'])),
    id: sentId ?? idFromSource(source) ?? mintUuid(Math.floor(reception.receivedMicros / 1000)),
    level: reader.oneOf('/level', value['level'], LEVELS) ?? LEVEL_OF_OUTCOME[outcome],
    message: reader.text('/message', value['message'], MESSAGE_LENGTH_MAX),
    nativeAction: reader.text('/nativeAction', value['nativeAction']),
    outcome,
    received: receivedText(reception),
    source,
    target: readTarget(reader, value['target']),
    tenant: readTenant(reader, value['tenant'], reception),
    time: readTime(reader, value['time'], reception),
  }
  if (reader.problems.length > 0) throw invalid(reader)
  return event
}

/** An event with what could not be read kept in its details; `bytesMax` as in `as-sent.ts`. */
export function withAsSent(
  event: Event,
  asSent: ReadonlyMap<string, unknown>,
  bytesMax?: number,
): Event {
  const details = detailsWithAsSent(event.details, asSent, bytesMax)
  return { ...event, details: orderedDetails(details) }
}

/** The canonical JSON of an event that was read. */
export function canonicalText(event: Event): string {
  return isCanonicallyOrdered(event.details) ? JSON.stringify(event) : canonicalJson(event)
}

/** Whether canonical text is longer than an event may be. */
export function isOverSize(canonical: string): boolean {
  // UTF-8 needs at most three bytes for a UTF-16 unit: only a long text has to be measured.
  return canonical.length * 3 > EVENT_BYTES_MAX && Buffer.byteLength(canonical) > EVENT_BYTES_MAX
}

function invalid(reader: FieldReader): Fault {
  return new Fault('event.invalid', { problems: reader.problems })
}

/** All events of a request share one reception: its text is made once. */
const receivedTexts = new WeakMap<Reception, string>()

function receivedText(reception: Reception): string {
  const known = receivedTexts.get(reception)
  if (known !== undefined) return known
  const text = formatTimestamp(reception.receivedMicros)
  receivedTexts.set(reception, text)
  return text
}

function readId(reader: FieldReader, value: unknown): string | undefined {
  const text = reader.text('/id', value)
  if (text === undefined) return undefined
  return isUuid(text) ? text.toLowerCase() : reader.refuse('/id', 'a UUID', text)
}

/** An id that the sender gave is its own name for the event, unless it gave another one. */
function readSource(
  reader: FieldReader,
  value: unknown,
  sentId: string | undefined,
  reception: Reception,
): EventSource {
  const members = reader.members('/source', value, SOURCE_FIELDS) ?? {}
  const { kind, name } = readSourceName(reader, members, reception)
  return {
    eventId:
      reader.text('/source/eventId', members['eventId']) ??
      reader.nameOfRefused('/source/eventId') ??
      sentId ??
      reader.nameOfRefused('/id'),
    kind,
    name,
  }
}

/** What is left out is the sender's own; another source takes the right to name it. */
function readSourceName(
  reader: FieldReader,
  members: Members,
  { source: own, otherSources }: Reception,
): SourceName {
  const kind = reader.text('/source/kind', members['kind']) ?? own.kind
  const name = reader.text('/source/name', members['name']) ?? own.name
  const problem = sourceProblem({ kind, name }, own, otherSources)
  if (problem === undefined) return { kind, name }
  if (kind !== own.kind) reader.refuse('/source/kind', problem, members['kind'])
  if (name !== own.name && (kind === own.kind || members['kind'] === undefined)) {
    reader.refuse('/source/name', problem, members['name'])
  }
  return own
}

function idFromSource(source: EventSource): string | undefined {
  const { eventId } = source
  return eventId !== undefined && isUuid(eventId) ? eventId.toLowerCase() : undefined
}

/** No event can do without it, so it alone is always a problem. */
function readAction(reader: FieldReader, value: unknown): string {
  if (typeof value === 'string') {
    const isKnown = catalogueCategory(value) !== undefined
    if (isKnown || (value.length <= NAME_LENGTH_MAX && ACTION.pattern.test(value))) return value
    const isLong = value.length > NAME_LENGTH_MAX
    const limit = `at most ${NAME_LENGTH_MAX} characters`
    reader.problem('/action', isLong ? limit : ACTION.expected)
  } else reader.problem('/action', `a string: ${ACTION.expected}`)
  return ''
}

/** The stated category, else the catalogue's, else the object of `object.verb` if it is one. */
function readCategory(reader: FieldReader, value: unknown, action: string): Category {
  const stated = reader.oneOf('/category', value, CATEGORIES)
  if (stated !== undefined) return stated
  const object = action.slice(0, action.indexOf('.'))
  const known = catalogueCategory(action) ?? CATEGORIES.find((category) => category === object)
  if (known !== undefined) return known
  if (action !== '' && value === undefined) {
    const expected = `one of ${CATEGORIES.join(', ')}, as the action does not imply it`
    reader.refuse('/category', expected, undefined)
  }
  return 'system'
}

function readActor(reader: FieldReader, value: unknown): Actor | null {
  const members = reader.members('/actor', value, ACTOR_FIELDS)
  if (members === undefined) return null
  const kind = reader.oneOf('/actor/kind', members['kind'], ACTOR_KINDS)
  const actor = {
    email: reader.text('/actor/email', members['email']),
    id: reader.text('/actor/id', members['id']),
    kind: kind ?? 'user',
    name: reader.text('/actor/name', members['name']),
  }
  const isNamed = actor.id !== undefined || actor.name !== undefined || actor.email !== undefined
  return isNamed || kind !== undefined ? actor : null
}

function readTarget(reader: FieldReader, value: unknown): Target | undefined {
  const members = reader.members('/target', value, TARGET_FIELDS)
  if (members === undefined) return undefined
  return presentOnly({
    digest: reader.matching('/target/digest', members['digest'], DIGEST),
    id: reader.text('/target/id', members['id']),
    name: reader.text('/target/name', members['name']),
    namespace: reader.text('/target/namespace', members['namespace']),
    repository: readRepository(reader, members['repository']),
    tag: reader.text('/target/tag', members['tag']),
    type: reader.text('/target/type', members['type']),
  })
}

function readRepository(reader: FieldReader, value: unknown): string | undefined {
  const path = reader.text('/target/repository', value)
  if (path === undefined) return undefined
  const expected = repositoryProblem(path)
  return expected === undefined ? path : reader.refuse('/target/repository', expected, path)
}

function readClient(reader: FieldReader, value: unknown): Client | undefined {
  const members = reader.members('/client', value, CLIENT_FIELDS)
  if (members === undefined) return undefined
  return presentOnly({
    ip: reader.ip('/client/ip', members['ip']),
    userAgent: reader.text('/client/userAgent', members['userAgent'], USER_AGENT_LENGTH_MAX),
  })
}

/** An object without any value says nothing: it counts as left out. */
function presentOnly<Part extends object>(part: Part): Part | undefined {
  for (const value of Object.values(part)) if (value !== undefined) return part
  return undefined
}

/** An object without members counts as left out. */
function orderedDetails(details: JsonObject | undefined): JsonObject | undefined {
  for (const _key in details) return withOrderedKeys(details) as JsonObject
  return undefined
}

function readTenant(reader: FieldReader, value: unknown, reception: Reception): string {
  const tenant = reader.text('/tenant', value) ?? reception.tenant
  if (tenant === reception.tenant || reception.anyTenant) return tenant
  reader.refuse('/tenant', `the tenant of the credentials, ${reception.tenant}, or none`, tenant)
  return reception.tenant
}

function readTime(reader: FieldReader, value: unknown, reception: Reception): string {
  const text = reader.text('/time', value)
  if (text === undefined) return receivedText(reception)
  const micros = parseTimestamp(text)
  if (micros !== undefined && micros >= TIME_MICROS_MIN && micros < TIME_MICROS_END) {
    return canonicalTimestamp(text, micros)
  }
  const expected = 'an RFC 3339 time from 1970 to 2199, such as 2026-11-22T12:10:41.814Z'
  reader.refuse('/time', expected, text)
  return receivedText(reception)
}
