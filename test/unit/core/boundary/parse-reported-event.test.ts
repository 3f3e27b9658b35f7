import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNewEvent } from '../../../../src/core/boundary/parse-event.ts'
import { parseReportedEvent } from '../../../../src/core/boundary/parse-reported-event.ts'
import { Fault } from '../../../../src/core/errors.ts'
import type { Draft } from '../../../../src/core/event/draft.ts'
import type { JsonObject } from '../../../../src/core/event/event.ts'
import { EVENT_BYTES_MAX } from '../../../../src/core/limits.ts'
import { parseTimestamp } from '../../../../src/core/time/timestamp.ts'

const RECEIVED = '2026-11-22T12:00:00.000001Z'
const reception = {
  receivedMicros: parseTimestamp(RECEIVED) ?? 0,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'distribution', name: 'hub' },
}

function report(members: object) {
  return parseReportedEvent({ action: 'image.push', ...members }, reception).event
}

function asSentOf(members: object) {
  return report(members).details?.['asSent']
}

/** What every stored event keeps to, whatever it was made of. */
function expectStorable(draft: Draft): void {
  const { received: _received, id, ...event } = draft.event
  expect(Buffer.byteLength(draft.canonical)).toBeLessThanOrEqual(EVENT_BYTES_MAX)
  // An id that was minted is not sent again: it would become the sender's name for the event.
  const again = parseNewEvent(draft.deduplicate ? { ...event, id } : event, reception)
  expect(again.canonical.replace(again.event.id, id)).toBe(draft.canonical)
}

describe('a field that cannot be read is kept as it was sent, and the event is accepted:', () => {
  const sha = `sha256:${'a'.repeat(64)}`
  it.each<readonly [string, object, string]>([
    ['an address that is none', { client: { ip: '10.0.0.8, 10.0.0.9' } }, '/client/ip'],
    ['an address with a port', { client: { ip: '[::1]:80' } }, '/client/ip'],
    ['an address that is a number', { client: { ip: 7 } }, '/client/ip'],
    ['a name that is too long', { actor: { name: 'n'.repeat(513) } }, '/actor/name'],
    ['a name that is a number', { actor: { id: 12 } }, '/actor/id'],
    ['an actor that is a text', { actor: 'alice' }, '/actor'],
    ['an actor that is a list', { actor: ['alice'] }, '/actor'],
    ['a kind of actor that is none', { actor: { name: 'a', kind: 'god' } }, '/actor/kind'],
    ['an unknown member', { colour: { a: [1] } }, '/colour'],
    ['an unknown member that is null', { colour: null }, '/colour'],
    ['an unknown member inside', { target: { 'a/b~c': 1 } }, '/target/a~1b~0c'],
    ['a place in the ledger', { seq: 7 }, '/seq'],
    ['a digest that is none', { target: { digest: 'latest' } }, '/target/digest'],
    ['a path with `..`', { target: { repository: 'a/../b' } }, '/target/repository'],
    ['a path of 300 characters', { target: { repository: 'a'.repeat(300) } }, '/target/repository'],
    ['a target that is a text', { target: sha }, '/target'],
    ['an unknown outcome', { outcome: 'maybe' }, '/outcome'],
    ['an unknown level', { level: 'INFO' }, '/level'],
    ['an unknown category', { category: 'rocket' }, '/category'],
    ['an id that is no UUID', { id: '7' }, '/id'],
    ['another tenant', { tenant: 'other' }, '/tenant'],
    ["Go's zero time", { time: '0001-01-01T00:00:00Z' }, '/time'],
    ['a time that is a number', { time: 1_795_000_000 }, '/time'],
    ['a time after 2199', { time: '2200-01-01T00:00:00Z' }, '/time'],
    ['a message that is too long', { message: 'm'.repeat(9000) }, '/message'],
    [
      'a user agent that is too long',
      { client: { userAgent: 'u'.repeat(1025) } },
      '/client/userAgent',
    ],
    ['details that are a list', { details: [1, 2] }, '/details'],
    ['details that are a text', { details: 'x' }, '/details'],
    ['a source that is a text', { source: 'x' }, '/source'],
  ])('%s', (_name, members, pointer) => {
    const steps = pointer.split('/').slice(1)
    const sent = steps.reduce<unknown>(
      (value, step) => Object(value)[step.replaceAll('~1', '/').replaceAll('~0', '~')],
      members,
    )
    const draft = parseReportedEvent({ action: 'image.push', ...members }, reception)
    expect(draft.event.details).toEqual({ asSent: { [pointer]: sent } })
    expect(draft.event).toMatchObject({ action: 'image.push', tenant: 'default' })
    expectStorable(draft)
  })

  it('the other fields stay in their places', () => {
    expect(
      report({
        actor: { name: 'u', email: 5 },
        target: { repository: 'zone', tag: '1', digest: 'x' },
        client: { ip: 'nowhere', userAgent: 'docker' },
        time: '2026-11-20T08:10:00Z',
        outcome: 'failure',
        details: { request: { id: 'r20' } },
      }),
    ).toMatchObject({
      actor: { name: 'u', kind: 'user' },
      target: { repository: 'zone', tag: '1' },
      client: { userAgent: 'docker' },
      time: '2026-11-20T08:10:00.000000Z',
      outcome: 'failure',
      level: 'error',
      details: {
        request: { id: 'r20' },
        asSent: { '/actor/email': 5, '/target/digest': 'x', '/client/ip': 'nowhere' },
      },
    })
  })

  it('an IPv6 zone leaves the address', () => {
    const event = report({ client: { ip: 'FE80::1%eth0' } })
    expect(event.client).toEqual({ ip: 'fe80::1' })
    expect(event.details).toEqual({ asSent: { '/client/ip': 'FE80::1%eth0' } })
  })

  it('a time that is refused is the time of receipt', () => {
    expect(report({ time: 'yesterday' }).time).toBe(RECEIVED)
  })

  it('an unknown action without a category is one of the system', () => {
    expect(report({ action: 'rocket.launch' })).toMatchObject({ category: 'system' })
    expect(report({ action: 'rocket.launch' }).details).toBeUndefined()
  })

  it('a name that is refused still recognizes a retry', () => {
    const eventId = (members: object) => report(members).source.eventId
    expect(eventId({ id: 'event-7' })).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(eventId({ id: 'event-7' })).toBe(eventId({ id: 'event-7' }))
    expect(eventId({ source: { eventId: 7 } })).not.toBe(eventId({ source: { eventId: 8 } }))
    const long = 'x'.repeat(600)
    expect(eventId({ source: { eventId: `${long}1` } })).not.toBe(
      eventId({ source: { eventId: long } }),
    )
    expect(eventId({ id: 'event-7', source: { eventId: 'n' } })).toBe('n')
  })
})

describe('an action that cannot be read', () => {
  it.each([undefined, null, '', 7, 'Image', 'image', `image.${'a'.repeat(600)}`, { a: 1 }])(
    'refuses the event: %j',
    (action) => {
      expect(() => parseReportedEvent({ action }, reception)).toThrow(Fault)
    },
  )

  it.each([null, 'x', 7, [], [{ action: 'image.push' }]])('so does no event: %j', (value) => {
    expect(() => parseReportedEvent(value, reception)).toThrow(Fault)
  })
})

describe('texts that no event can hold', () => {
  it('have U+FFFD in their place, in texts and keys, and no member is lost', () => {
    expect(
      report({ details: { 'a\0': 1, 'a\ufffd': 2, b: ['x\ud800y', { c: '\0' }] } }).details,
    ).toEqual({
      'a\ufffd': 1,
      'a\ufffd\ufffd': 2,
      b: ['x\ufffdy', { c: '\ufffd' }],
    })
    expect(
      asSentOf({ actor: { name: 'ali\0ce' }, target: { tag: '\udc00' }, 'k\0': '\0' }),
    ).toEqual({
      '/actor/name': 'ali\ufffdce',
      '/target/tag': '\ufffd',
      '/k\ufffd': '\ufffd',
    })
  })

  it('and numbers that are none are texts', () => {
    const details = { a: Number.POSITIVE_INFINITY, b: [Number.NaN] }
    expect(report({ details }).details).toEqual({ a: 'Infinity', b: ['NaN'] })
  })
})

describe("the sender's own asSent", () => {
  it('stays, and what is refused here joins it', () => {
    const details = { asSent: { '/x': 1 } }
    expect(asSentOf({ details })).toEqual({ '/x': 1 })
    expect(asSentOf({ details, level: 'HIGH' })).toEqual({ '/x': 1, '/level': 'HIGH' })
  })

  it.each(['text', [1], { '/level': 'LOW' }, { '': 1 }, null])(
    'is kept whole when it is in the way: %j',
    (asSent) => {
      expect(asSentOf({ details: { asSent }, level: 'HIGH' })).toEqual({
        '/level': 'HIGH',
        '/details/asSent': asSent,
      })
    },
  )
})

describe('what is too large or too deep', () => {
  it('is cut to an excerpt with its size, and the small members of details stay', () => {
    const large = 'é🐳'.repeat(20_000)
    const event = report({ details: { id: 'c1', large, more: { a: 1 } } })
    const asSent = event.details?.['asSent'] as JsonObject
    expect(event.details).toMatchObject({ id: 'c1', more: { a: 1 } })
    expect(event.details).not.toHaveProperty('large')
    const { bytes, excerpt } = asSent['/details'] as JsonObject
    const whole = JSON.stringify({ id: 'c1', large, more: { a: 1 } })
    expect(bytes).toBe(Buffer.byteLength(whole))
    expect(String(excerpt).length).toBeGreaterThan(5000)
    expect(whole.startsWith(String(excerpt))).toBe(true)
    expect(String(excerpt).isWellFormed()).toBe(true)
  })

  it('however deep it is', () => {
    const deep = JSON.parse(`${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`)
    const draft = parseReportedEvent(
      { action: 'image.push', details: { deep, b: 2 }, deep },
      reception,
    )
    const { asSent, ...rest } = draft.event.details ?? {}
    expect(rest).toEqual({ b: 2 })
    expect(asSent).toMatchObject({
      '/details': {
        bytes: 50_000 * 8 + 16,
        excerpt: expect.stringMatching(/^\{"deep":\[\{"a":\[/),
      },
      '/deep': { bytes: 50_000 * 8 + 1 },
    })
    expectStorable(draft)
  })

  it('in as many members as may be', () => {
    const members = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, index) => [`k${index}`, index]),
    )
    const draft = parseReportedEvent(
      { action: 'image.push', ...members, details: members },
      reception,
    )
    const asSent = draft.event.details?.['asSent'] as JsonObject
    expect(asSent).toMatchObject({
      '/k0': 0,
      '/k50': 50,
      '': { excerpt: expect.stringContaining('k10') },
    })
    expectStorable(draft)
  })

  it('of texts that take more in JSON than an event has room for', () => {
    const text = '\u0001'.repeat(500)
    const draft = parseReportedEvent(
      {
        action: 'image.push',
        message: '\u0001'.repeat(8000),
        nativeAction: text,
        actor: { id: text, name: text, email: text },
        target: { type: text, id: text, name: text, namespace: text, tag: text },
        client: { userAgent: '\u0001'.repeat(1000) },
        source: { kind: text, name: text, eventId: text },
      },
      reception,
    )
    expect(draft.event.details?.['asSent']).toHaveProperty('/message.bytes', 8000)
    expect(draft.event.actor?.name).toBe(text)
    expectStorable(draft)
  })

  it('a long text is kept whole where there is room', () => {
    const message = 'm'.repeat(30_000)
    expect(asSentOf({ message })).toEqual({ '/message': message })
  })
})

/** Any JSON value; now and then one with texts that no event holds, huge, or deep. */
const oddText = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary' }), weight: 4 },
  {
    arbitrary: fc.constantFrom('\0', '\ud800', 'a\udc00b', '', 'fe80::1%eth0', 'success'),
    weight: 2,
  },
  {
    arbitrary: fc.constantFrom('x'.repeat(600), '\u0001'.repeat(9000), '🐳'.repeat(30_000)),
    weight: 1,
  },
)
const deep = fc
  .integer({ min: 1, max: 60 })
  .map((depth): unknown => JSON.parse(`${'{"a":['.repeat(depth)}0${']}'.repeat(depth)}`))
const oddJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    oddText,
    fc.double(),
    fc.constantFrom(null, true, 2 ** 70, Number.NaN),
    deep,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(oddText, fc.constantFrom('asSent', '__proto__', 'a/b', '10')),
      tie('value'),
      {
        maxKeys: 4,
      },
    ),
  ),
})).value

function oddObject(...names: readonly string[]) {
  const fields = fc.record(Object.fromEntries(names.map((name) => [name, oddJson])), {
    requiredKeys: [],
  })
  return fc.oneof(fields, fields, oddJson)
}

const oddEvent = fc
  .tuple(
    fc.record(
      {
        ...Object.fromEntries(
          ['id', 'time', 'tenant', 'nativeAction', 'category', 'level', 'outcome', 'message'].map(
            (name) => [name, oddJson],
          ),
        ),
        source: oddObject('kind', 'name', 'eventId'),
        actor: oddObject('id', 'name', 'email', 'kind'),
        target: oddObject('type', 'id', 'name', 'namespace', 'repository', 'tag', 'digest'),
        client: oddObject('ip', 'userAgent'),
        details: oddObject('asSent', 'a', 'b'),
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(oddText, oddJson, { maxKeys: 2 }),
    fc.constantFrom('image.push', 'rocket.launch'),
  )
  .map(([fields, unknown, action]): object => ({ ...unknown, ...fields, action }))

describe('whatever a sender puts into its fields', () => {
  it('gives an event that can be stored, and is read the same again', () => {
    fc.assert(
      fc.property(oddEvent, (sent) => expectStorable(parseReportedEvent(sent, reception))),
      { numRuns: 400 },
    )
  })

  it('is in its place or in asSent', () => {
    const paths = ['/id', '/time', '/level', '/outcome', '/message', '/nativeAction', '/tenant']
    fc.assert(
      fc.property(oddEvent, (sent) => {
        const { event } = parseReportedEvent(sent, reception)
        const asSent = event.details?.['asSent']
        for (const path of paths) {
          const key = path.slice(1)
          const value: unknown = Object(sent)[key]
          if (value === undefined || value === null || value === '') continue
          const isKept = JSON.stringify(Object(event)[key]) === JSON.stringify(value)
          if (!isKept) expect(asSent).toHaveProperty([path])
        }
      }),
      { numRuns: 300 },
    )
  })
})
