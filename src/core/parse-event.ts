import { catalogueCategory } from './action-catalogue.ts'
import { canonicalJson, isCanonicallyOrdered, withOrderedKeys } from './canonical-json.ts'
import { DIGEST } from './digest.ts'
import { type Draft, draftOf } from './draft.ts'
import { Fault } from './errors.ts'
import type { Actor, Category, Client, Event, EventSource, JsonObject, Target } from './event.ts'
import { ACTOR_KINDS, CATEGORIES, LEVELS, OUTCOMES } from './event.ts'
import { FieldReader, isMembers } from './event-fields.ts'
import { inspectDetails, textProblem } from './json-inspection.ts'
import { EVENT_BYTES_MAX, MESSAGE_LENGTH_MAX, USER_AGENT_LENGTH_MAX } from './limits.ts'
import type { Reception } from './new-event.ts'
import { repositoryProblem } from './repository-name.ts'
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

const ACTION = {
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
  if (!isMembers(value)) {
    reader.problem('', 'a JSON object')
    throw new Fault('event.invalid', { problems: reader.problems })
  }
  reader.knownFields('', value, EVENT_FIELDS)
  const sentId = readId(reader, value['id'])
  const source = readSource(reader, value['source'], sentId, reception)
  const action = readAction(reader, value['action'])
  // The keys stand in canonical order, so that serialising the event gives its canonical text.
  const event: Event = {
    action,
    actor: readActor(reader, value['actor']),
    category: readCategory(reader, value['category'], action),
    client: readClient(reader, value['client']),
    details: readDetails(reader, value['details']),
    id: sentId ?? idFromSource(source) ?? mintUuid(Math.floor(reception.receivedMicros / 1000)),
    level: reader.oneOf('/level', value['level'], LEVELS) ?? 'info',
    message: reader.text('/message', value['message'], MESSAGE_LENGTH_MAX),
    nativeAction: reader.text('/nativeAction', value['nativeAction']),
    outcome: reader.oneOf('/outcome', value['outcome'], OUTCOMES) ?? 'unknown',
    received: receivedText(reception),
    source,
    target: readTarget(reader, value['target']),
    tenant: readTenant(reader, value['tenant'], reception),
    time: readTime(reader, value['time'], reception),
  }
  if (reader.problems.length > 0) throw new Fault('event.invalid', { problems: reader.problems })
  const canonical = serialise(reader, event)
  if (reader.problems.length > 0) throw new Fault('event.invalid', { problems: reader.problems })
  return draftOf(event, canonical)
}

/** The canonical text, checked for what no single field shows: its size and its characters. */
function serialise(reader: FieldReader, event: Event): string {
  const canonical = isCanonicallyOrdered(event.details)
    ? JSON.stringify(event)
    : canonicalJson(event)
  // UTF-8 needs at most three bytes for a UTF-16 unit: only a long text has to be measured.
  const mayBeTooLong = canonical.length * 3 > EVENT_BYTES_MAX
  if (mayBeTooLong && Buffer.byteLength(canonical) > EVENT_BYTES_MAX) {
    reader.problem('', `an event of at most ${EVENT_BYTES_MAX} bytes`)
  }
  // The serialiser escapes lone surrogates and NUL, so a text without `\\u` has neither.
  if (canonical.includes('\\u')) {
    const found = textProblem(event)
    if (found !== undefined) reader.problem(found.path, found.expected)
  }
  return canonical
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
  return isUuid(text) ? text.toLowerCase() : reader.problem('/id', 'a UUID')
}

/** An id that the sender gave is its own name for the event, unless it gave another one. */
function readSource(
  reader: FieldReader,
  value: unknown,
  sentId: string | undefined,
  reception: Reception,
): EventSource {
  const members = reader.members('/source', value, SOURCE_FIELDS) ?? {}
  return {
    eventId: reader.text('/source/eventId', members['eventId']) ?? sentId,
    kind: reader.text('/source/kind', members['kind']) ?? reception.source.kind,
    name: reader.text('/source/name', members['name']) ?? reception.source.name,
  }
}

function idFromSource(source: EventSource): string | undefined {
  const { eventId } = source
  return eventId !== undefined && isUuid(eventId) ? eventId.toLowerCase() : undefined
}

function readAction(reader: FieldReader, value: unknown): string {
  if (typeof value === 'string' && catalogueCategory(value) !== undefined) return value
  const action = reader.matching('/action', value, ACTION)
  // A text that does not match was noted by the reader; one that is left out was not.
  if (action === undefined && (value === undefined || value === null || value === '')) {
    reader.problem('/action', `a string: ${ACTION.expected}`)
  }
  return action ?? ''
}

/** The stated category, else the catalogue's, else the object of `object.verb` if it is one. */
function readCategory(reader: FieldReader, value: unknown, action: string): Category {
  const stated = reader.oneOf('/category', value, CATEGORIES)
  if (stated !== undefined) return stated
  const object = action.slice(0, action.indexOf('.'))
  const known = catalogueCategory(action) ?? CATEGORIES.find((category) => category === object)
  if (known !== undefined) return known
  if (action !== '' && value === undefined) {
    reader.problem('/category', `one of ${CATEGORIES.join(', ')}, as the action does not imply it`)
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
  return expected === undefined ? path : reader.problem('/target/repository', expected)
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

function readDetails(reader: FieldReader, value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return undefined
  if (!isMembers(value)) return reader.problem('/details', 'an object')
  const found = inspectDetails(value)
  if (found !== undefined) return reader.problem(found.path, found.expected)
  return orderedDetails(value as JsonObject)
}

function orderedDetails(details: JsonObject): JsonObject | undefined {
  for (const _key in details) return withOrderedKeys(details) as JsonObject
  return undefined
}

function readTenant(reader: FieldReader, value: unknown, reception: Reception): string {
  const tenant = reader.text('/tenant', value) ?? reception.tenant
  if (tenant !== reception.tenant && !reception.anyTenant) {
    reader.problem('/tenant', `the tenant of the credentials, ${reception.tenant}, or none`)
  }
  return tenant
}

function readTime(reader: FieldReader, value: unknown, reception: Reception): string {
  const text = reader.text('/time', value)
  if (text === undefined) return receivedText(reception)
  const micros = parseTimestamp(text)
  if (micros === undefined || micros < TIME_MICROS_MIN || micros >= TIME_MICROS_END) {
    reader.problem('/time', 'an RFC 3339 time from 1970 to 2199, such as 2026-11-22T12:10:41.814Z')
    return ''
  }
  return canonicalTimestamp(text, micros)
}
