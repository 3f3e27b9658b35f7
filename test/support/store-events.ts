import fc from 'fast-check'
import { canonicalJson } from '../../src/core/event/canonical-json.ts'
import {
  ACTOR_KINDS,
  CATEGORIES,
  type Event,
  type JsonObject,
  type JsonValue,
  LEVELS,
  OUTCOMES,
} from '../../src/core/event/event.ts'
import { formatTimestamp, TIME_MICROS_END } from '../../src/core/time/timestamp.ts'
import { mintUuid } from '../../src/core/values/uuid.ts'

/** A moment in November 2026, in microseconds since the epoch: when the tests' events happened. */
export const BASE_MICROS = Date.UTC(2026, 10, 22, 12) * 1000

/** An event in its stored form; `fields` says what is not ordinary about it. */
export function eventOf(fields: Partial<Event> = {}): Event {
  const id = mintUuid(Date.now())
  const time = formatTimestamp(BASE_MICROS)
  return {
    id,
    time,
    received: time,
    tenant: 'default',
    source: { kind: 'api', name: 'test', eventId: id },
    action: 'image.push',
    category: 'image',
    level: 'info',
    outcome: 'success',
    actor: { name: 'alice', kind: 'user' },
    ...fields,
  }
}

/** The canonical text of an event: of what JSON would say of it, so absent members do not count. */
export function canonicalOf(event: Event): string {
  const plain: JsonValue = JSON.parse(JSON.stringify(event))
  return canonicalJson(plain)
}

/** Any text that an event may hold: Unicode, control characters and all but NUL; never empty. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom('\u2028\u2029', '\u0001\u001f\u007f', `'; DROP TABLE events --`, '\\\'"/\n\t'),
    fc.constantFrom('{p0:String}', '=1+1', '-', '"', 'é', '😀', 'null', '\r\n', '%_'),
  )
  .filter((value) => value.isWellFormed() && !value.includes('\0'))

const key = fc.oneof(text, fc.constantFrom('10', '9', '-1', '__proto__', 'id', 'level', 'details'))

// JSON has no negative zero: it is written as 0.
const number = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger())
  .map((value) => (value === 0 ? 0 : value))

const { details } = fc.letrec<{ value: JsonValue; details: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.constant('')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
  details: fc.dictionary(key, tie('value'), { minKeys: 1, maxKeys: 5 }),
}))

const timestamp = fc.integer({ min: 0, max: TIME_MICROS_END - 1 }).map(formatTimestamp)
const uuid = fc.uuid()
const options = { requiredKeys: [] }

/** An object of the given members, any of them absent, not all: empty objects are left out. */
function some<Members extends object>(
  members: { [Key in keyof Members]: fc.Arbitrary<Members[Key]> },
) {
  return fc.record<Members>(members, options).filter((value) => Object.keys(value).length > 0)
}

/** Any event that the boundary could let through, and more. */
export const anyEvent: fc.Arbitrary<Event> = fc
  .record(
    {
      id: uuid,
      time: timestamp,
      received: fc.constant(formatTimestamp(BASE_MICROS)),
      tenant: text,
      source: fc.record(
        { kind: text, name: text, eventId: fc.oneof(text, uuid) },
        {
          requiredKeys: ['kind', 'name'],
        },
      ),
      action: text,
      nativeAction: text,
      category: fc.constantFrom(...CATEGORIES),
      level: fc.constantFrom(...LEVELS),
      outcome: fc.constantFrom(...OUTCOMES),
      actor: fc.option(
        fc.record(
          { id: text, name: text, email: text, kind: fc.constantFrom(...ACTOR_KINDS) },
          { requiredKeys: ['kind'] },
        ),
      ),
      target: some({
        type: text,
        id: text,
        name: text,
        namespace: text,
        repository: text,
        tag: text,
        digest: text,
      }),
      client: some({ ip: text, userAgent: text }),
      message: text,
      details,
    },
    {
      requiredKeys: [
        'id',
        'time',
        'received',
        'tenant',
        'source',
        'action',
        'category',
        'level',
        'outcome',
        'actor',
      ],
    },
  )
  .chain((event) =>
    fc
      .boolean()
      .map((isNamedById) =>
        isNamedById ? { ...event, source: { ...event.source, eventId: event.id } } : event,
      ),
  )
