import { Fault } from '../errors.ts'
import { catalogueCategory } from '../event/action-catalogue.ts'
import { canonicalJson, isCanonicallyOrdered, withOrderedKeys } from '../event/canonical-json.ts'
import { type Draft, draftOf } from '../event/draft.ts'
import type { Actor, Category, Event, EventSource, JsonObject } from '../event/event.ts'
import { CATEGORIES, LEVEL_OF_OUTCOME, LEVELS, OUTCOMES } from '../event/event.ts'
import {
  EVENT_MEMBERS,
  type FieldParent,
  fieldsIn,
  inKeyOrder,
  placeOf,
} from '../event/field-keys.ts'
import { EVENT_FIELDS, type EventField } from '../event/fields.ts'
import type { Reception } from '../event/new-event.ts'
import { isMembers } from '../json/json.ts'
import { EVENT_BYTES_MAX, NAME_LENGTH_MAX } from '../limits.ts'
import {
  canonicalTimestamp,
  formatTimestamp,
  parseTimestamp,
  TIME_MICROS_END,
  TIME_MICROS_MIN,
} from '../time/timestamp.ts'
import { DIGEST } from '../values/digest.ts'
import { repositoryProblem } from '../values/repository-name.ts'
import { type SourceName, sourceProblem } from '../values/source-name.ts'
import { isUuid, mintUuid } from '../values/uuid.ts'
import { detailsWithAsSent } from './as-sent.ts'
import { FieldReader } from './field-reader.ts'

/** An object in an event: its fields in canonical order, and the keys that it may have. */
interface EventPart {
  readonly path: string
  readonly fields: ReturnType<typeof fieldsIn>
  readonly keys: ReadonlySet<string>
}

const ACTOR = partOf('actor')
const CLIENT = partOf('client')
const SOURCE = partOf('source')
const TARGET = partOf('target')
/** The members that senders may state, in the order of the table. */
const SENT_KEYS = new Set(
  EVENT_FIELDS.map((field) => placeOf(field)).map(([parent, key]) => parent || key),
)
SENT_KEYS.delete('received')
/** The texts of the event itself that have no special rules. */
const TEXTS = fieldsIn('').filter(
  ({ key, field }) => (field.kind ?? 'text') === 'text' && key !== 'tenant',
)

function partOf(parent: FieldParent): EventPart {
  const fields = fieldsIn(parent)
  const keys = new Set(fields.map(({ key }) => key))
  return { path: `/${parent}`, fields: inKeyOrder(fields), keys }
}

/** The form of an action outside the catalogue. */
export const ACTION = {
  pattern: /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/,
  expected: '`object.verb` in lower case, such as image.push',
}

/**
 * Parses one event at the boundary: validates every field, fills in what was left out, and creates
 * the canonical text. Events inside are trusted.
 *
 * @param value the sender's event, in the form of `NewEvent`.
 *
 * @param index position in a batch, for problems; undefined outside batches.
 *
 * @throws Fault `event.invalid` that lists each problem with its JSON pointer.
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
 * Reads the fields of an event with the checks of the boundary; the reader decides what happens to
 * an invalid field. The event may be too large.
 *
 * @throws Fault `event.invalid` when the reader noted a problem.
 */
export function readEvent(reader: FieldReader, value: unknown, reception: Reception): Event {
  if (!isMembers(value)) {
    reader.problem('', 'a JSON object')
    throw invalid(reader)
  }
  reader.knownFields('', value, SENT_KEYS)
  const sentId = readId(reader, value['id'])
  const source = readSource(reader, value['source'], sentId, reception)
  const action = readAction(reader, value['action'])
  const outcome = reader.oneOf('/outcome', value['outcome'], OUTCOMES) ?? 'unknown'
  const values: Values = {
    action,
    actor: readActor(reader, value['actor']),
    category: readCategory(reader, value['category'], action),
    client: readPart(reader, value['client'], CLIENT),
    details: orderedDetails(reader.details(value['details'])),
    id: sentId ?? idFromSource(source) ?? mintUuid(Math.floor(reception.receivedMicros / 1000)),
    level: reader.oneOf('/level', value['level'], LEVELS) ?? LEVEL_OF_OUTCOME[outcome],
    outcome,
    received: receivedText(reception),
    source,
    target: readPart(reader, value['target'], TARGET),
    tenant: readTenant(reader, value['tenant'], reception),
    time: readTime(reader, value['time'], reception),
  }
  for (const { key, field } of TEXTS) values[key] = readField(reader, field, value[key])
  if (reader.problems.length > 0) throw invalid(reader)
  // The values contain all required members.
  return inOrder(EVENT_MEMBERS, values) as unknown as Event
}

/** The values read, by key. */
type Values = Record<string, unknown>

/**
 * The values in canonical order, including undefined ones, so that their JSON text is canonical.
 */
function inOrder(members: readonly { readonly key: string }[], values: Values): Values {
  const ordered: Values = {}
  for (const { key } of members) ordered[key] = values[key]
  return ordered
}

/** The present fields of an object, in canonical order; undefined for an empty one. */
function readPart(reader: FieldReader, value: unknown, part: EventPart): Values | undefined {
  const members = reader.members(part.path, value, part.keys)
  if (members === undefined) return undefined
  const read: Values = {}
  for (const { key, field } of part.fields) {
    const found = readField(reader, field, members[key])
    if (found !== undefined) read[key] = found
  }
  return isEmpty(read) ? undefined : read
}

/** An optional field without special rules. */
function readField(
  reader: FieldReader,
  { path, kind, words = [], lengthMax = NAME_LENGTH_MAX }: EventField,
  value: unknown,
): string | undefined {
  switch (kind) {
    case 'word':
      return reader.oneOf(path, value, words)
    case 'digest':
      return reader.matching(path, value, DIGEST)
    case 'address':
      return reader.ip(path, value)
    case 'repository':
      return readRepository(reader, path, value)
    default:
      return reader.text(path, value, lengthMax)
  }
}

/** An event with unreadable values in its details; `bytesMax` as in `as-sent.ts`. */
export function withAsSent(
  event: Event,
  asSent: ReadonlyMap<string, unknown>,
  bytesMax?: number,
): Event {
  const details = detailsWithAsSent(event.details, asSent, bytesMax)
  return { ...event, details: orderedDetails(details) }
}

/** The canonical JSON of an event. */
export function canonicalText(event: Event): string {
  return isCanonicallyOrdered(event.details) ? JSON.stringify(event) : canonicalJson(event)
}

/** Whether a canonical text is longer than an event may be. */
export function isOverSize(canonical: string): boolean {
  // UTF-8 takes at most three bytes per UTF-16 unit, so only long texts need to be measured.
  return canonical.length * 3 > EVENT_BYTES_MAX && Buffer.byteLength(canonical) > EVENT_BYTES_MAX
}

function invalid(reader: FieldReader): Fault {
  return new Fault('event.invalid', { problems: reader.problems })
}

/** All events of a request share one reception, whose text is made once. */
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

/** An id from the sender is also its own name for the event, unless it states another. */
function readSource(
  reader: FieldReader,
  value: unknown,
  sentId: string | undefined,
  reception: Reception,
): EventSource {
  const read = readPart(reader, value, SOURCE) as Partial<EventSource> | undefined
  const { kind, name } = allowedSource(reader, { read, value }, reception)
  const eventId =
    read?.eventId ??
    reader.nameOfRefused('/source/eventId') ??
    sentId ??
    reader.nameOfRefused('/id')
  return inOrder(SOURCE.fields, { ...read, eventId, kind, name }) as unknown as EventSource
}

/** Defaults to the sender's own source; another one must be allowed. */
function allowedSource(
  reader: FieldReader,
  { read = {}, value }: { read: Partial<EventSource> | undefined; value: unknown },
  { source: own, otherSources }: Reception,
): SourceName {
  const { kind = own.kind, name = own.name } = read
  const problem = sourceProblem({ kind, name }, own, otherSources)
  if (problem === undefined) return { kind, name }
  const sent = isMembers(value) ? value : {}
  if (kind !== own.kind) reader.refuse('/source/kind', problem, sent['kind'])
  if (name !== own.name && (kind === own.kind || sent['kind'] === undefined)) {
    reader.refuse('/source/name', problem, sent['name'])
  }
  return own
}

function idFromSource(source: EventSource): string | undefined {
  const { eventId } = source
  return eventId !== undefined && isUuid(eventId) ? eventId.toLowerCase() : undefined
}

/** An invalid action is always a problem, because no event can do without one. */
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

/**
 * The stated category, else the catalogue's, else the object of `object.verb` if it is a category.
 */
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
  const read = readPart(reader, value, ACTOR)
  if (read === undefined) return null
  const actor = { ...read, kind: read['kind'] ?? 'user' }
  return inOrder(ACTOR.fields, actor) as unknown as Actor
}

function readRepository(reader: FieldReader, path: string, value: unknown): string | undefined {
  const text = reader.text(path, value)
  const expected = text === undefined ? undefined : repositoryProblem(text)
  return expected === undefined ? text : reader.refuse(path, expected, text)
}

function isEmpty(value: object): boolean {
  for (const _key in value) return false
  return true
}

/** An object without members counts as absent. */
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
