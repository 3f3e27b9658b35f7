import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Event, JsonObject, JsonValue } from '../../../../src/core/event/event.ts'
import { capturedBodies, RECEIVED, reportedBody, stored, translate } from './captured.ts'

const [SENT] = JSON.parse(reportedBody('plus-email-actor').toString()).events

/** The one event of an item with some of its members replaced. */
function changed(changes: JsonObject): Event | undefined {
  return stored(JSON.stringify({ events: [{ ...SENT, ...changes }] }))[0]
}

describe('nothing that a notification has is left out', () => {
  test('members that Waybill does not know are in the details, under their own names', () => {
    const body = JSON.stringify({
      sentBy: 'gateway',
      events: [
        {
          ...SENT,
          project: 'acme',
          target: { ...SENT.target, artifactType: 'sbom', immutable: false },
          request: { ...SENT.request, tls: { version: '1.3' } },
          actor: { ...SENT.actor, groups: ['dev'] },
          source: { ...SENT.source, region: 'eu' },
        },
      ],
    })
    expect(stored(body)[0]?.details).toMatchObject({
      envelope: { sentBy: 'gateway' },
      project: 'acme',
      artifactType: 'sbom',
      immutable: false,
      request: { tls: { version: '1.3' } },
      actor: { groups: ['dev'] },
      source: { region: 'eu' },
    })
  })

  test("a target's member with the name of another part has a place of its own", () => {
    const target = { ...SENT.target, request: 1, source: 2, project: 3, target: 4, toString: 5 }
    expect(changed({ project: 'acme', target })?.details).toMatchObject({
      project: 'acme',
      request: { method: 'PUT' },
      source: { addr: 'reg:5000' },
      target: { request: 1, source: 2, project: 3, target: 4 },
    })
  })

  test.each<[string, JsonObject, object]>([
    ['id', { id: 7 }, { id: 7 }],
    ['timestamp', { timestamp: 7 }, { timestamp: 7 }],
    ['action', { action: ['push'] }, { action: ['push'] }],
    ['actor', { actor: 'alice' }, { actor: 'alice' }],
    ['actor.name', { actor: { name: 7 } }, { actor: { name: 7 } }],
    ['request', { request: [1] }, { request: [1] }],
    ['request.addr', { request: { addr: 7 } }, { request: { addr: 7 } }],
    ['request.useragent', { request: { useragent: 7 } }, { request: { useragent: 7 } }],
    ['source', { source: 7 }, { source: 7 }],
    ['target', { target: 7 }, { target: 7 }],
    ['target.tag', { target: { repository: 'a/b', tag: 1 } }, { tag: 1 }],
    ['target.digest', { target: { repository: 'a/b', digest: {} } }, {}],
    ['target.repository', { target: { repository: 7, tag: '1' } }, { repository: 7 }],
    ['target.url', { target: { repository: 'a/b', url: 7 } }, { url: 7 }],
    ['target.rename', { target: { repository: 'a/b', rename: 7 } }, { rename: 7 }],
  ])('%s of a wrong type costs that field only', (_place, changes, details) => {
    const event = changed(changes)
    expect(event?.details).toMatchObject(details)
    expect(event?.time).toBe('timestamp' in changes ? RECEIVED : '2026-11-20T08:00:00.000000Z')
    if (!('actor' in changes)) expect(event?.actor).toMatchObject({ name: SENT.actor.name })
    if (!('target' in changes)) expect(event?.target).toMatchObject({ repository: 'api' })
  })

  test.each<[string, JsonObject, object, object]>([
    [
      'name too long',
      { actor: { name: 'n'.repeat(600) } },
      { actor: { kind: 'user' } },
      { '/actor/name': 'n'.repeat(600) },
    ],
    [
      'user agent too long',
      { request: { useragent: 'x'.repeat(5000) } },
      { action: 'image.push' },
      { '/client/userAgent': 'x'.repeat(5000) },
    ],
    [
      'tag with half of a character',
      { target: { repository: 'a/b', tag: 'v\ud800' } },
      { target: { namespace: 'a', repository: 'b' } },
      { '/target/tag': 'v\ufffd' },
    ],
    [
      'digest that is none',
      { target: { repository: 'a/b', digest: 'sha256' } },
      { target: { namespace: 'a', repository: 'b' } },
      { '/target/digest': 'sha256' },
    ],
    [
      'repository that climbs',
      { target: { repository: 'a/../../b', tag: '1' } },
      { target: { namespace: 'a', tag: '1' } },
      { '/target/repository': '../../b' },
    ],
    [
      'repository too long',
      { target: { repository: `a/${'b'.repeat(300)}`, tag: '1' } },
      { target: { namespace: 'a', tag: '1' } },
      { '/target/repository': 'b'.repeat(300) },
    ],
    ['id too long', { id: 'i'.repeat(600) }, {}, { '/source/eventId': 'i'.repeat(600) }],
  ])('a %s is kept as it was sent, and the event is accepted', (_what, changes, fields, asSent) => {
    expect(changed(changes)).toMatchObject({ ...fields, details: { asSent } })
  })

  test('a retry is recognized by the item itself when it has no id, or an invalid one', () => {
    const { id: _id, ...nameless } = SENT
    for (const id of [undefined, null, '', 7, 'i'.repeat(600), 'i\0']) {
      const body = JSON.stringify({ events: [{ ...nameless, id }] })
      const [[first], [again]] = [stored(body), stored(body)]
      expect(first?.source.eventId).toMatch(/[0-9a-f]{64}$/)
      expect(again?.source.eventId).toBe(first?.source.eventId)
    }
  })

  test.each(['/app', 'team/', '/', 'app', '//', 'team//app'])(
    'the repository %s, which two fields cannot give back, is in the details',
    (repository) => {
      const event = changed({ target: { repository, tag: '1' } })
      expect(event?.target).toMatchObject({ type: 'image', tag: '1' })
      expect(event?.details).toMatchObject({ repository })
    },
  )

  test('what an envelope repeats with each of its events is kept in short', () => {
    const body = { sentBy: 'x'.repeat(100_000), events: [SENT, SENT] }
    for (const event of stored(JSON.stringify(body))) {
      expect(JSON.stringify(event.details?.['envelope']).length).toBeLessThan(2000)
      expect(event.details?.['envelope']).toMatchObject({ bytes: 100_013 })
    }
  })

  test.each([7, [], {}, '', null, { repository: '' }, { repository: 7 }])(
    'a deletion whose target is %j does not pass for that of a repository',
    (target) => {
      const event = changed({ action: 'delete', target })
      expect(event).toMatchObject({ action: 'registry.notify', nativeAction: 'delete' })
      expect(event?.outcome).toBe('unknown')
    },
  )

  test('a number that a double cannot hold is kept as its digits', () => {
    const body = JSON.stringify({ events: [{ ...SENT, project: 0 }] })
    const [event] = stored(
      body.replace('"project":0', '"project":12345678901234567890,"quota":1e400'),
    )
    expect(event?.details).toMatchObject({ project: '12345678901234567890', quota: '1e400' })
  })

  test('nesting past any recursion costs a field', () => {
    const nested = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    const body = JSON.stringify({ events: [{ ...SENT, project: 0 }] })
    const [event] = stored(body.replace('"project":0', `"project":${nested}`))
    expect(event).toMatchObject({
      action: 'image.push',
      target: { repository: 'api' },
      details: { project: { bytes: 400_000, excerpt: expect.stringMatching(/^\[\[/) } },
    })
  })
})

describe('secrets in a notification are not stored', () => {
  const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl'

  test.each<[string, JsonObject]>([
    ['a signed token of the actor', { actor: { name: 'mia', user: TOKEN } }],
    ['a short signed token', { actor: { name: 'mia', user: 'eyJhIjoxfQ.e30.c2ln' } }],
    ['a member with the name of a secret', { request: { registry_password: 'hunter2' } }],
    ['one deep inside', { project: [{ hooks: { token: 'hunter2' } }] }],
    ['a header', { request: { headers: { Authorization: `Bearer ${TOKEN}` } } }],
    ['the password of a URL', { target: { repository: 'a/b', url: 'https://u:hunter2@r/v2/a' } }],
    ['a number', { project: { password: 12345 } }],
  ])('%s', (_what, changes) => {
    const event = changed(changes)
    expect(JSON.stringify(event)).not.toMatch(/hunter2|eyJ|12345/)
    expect(JSON.stringify(event)).toContain('[redacted]')
  })
})

describe('any value at any place', () => {
  const places = fc.constantFrom(
    ...[[], ['target'], ['request'], ['actor'], ['source'], ['target', 'rename']],
  )

  test('is an event or a dead letter, and never costs an event its id, time and repository', () => {
    const items = capturedBodies('notifications.jsonl').map(
      (body) => JSON.parse(body.toString()).events[0] as JsonObject,
    )
    const names = fc.constantFrom(
      ...['id', 'timestamp', 'action', 'target', 'request', 'actor', 'source', 'repository'],
      ...['tag', 'digest', 'addr', 'useragent', 'name', 'from', 'to', 'rename', 'url', 'unknown'],
    )
    fc.assert(
      fc.property(
        fc.constantFrom(SENT as JsonObject, ...items),
        places,
        fc.oneof(names, fc.string()),
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
        (item, path, name, value) => {
          const changed = replaced(item, path, name, value)
          const bodies = [JSON.stringify({ events: [changed] }), JSON.stringify(changed)]
          for (const body of bodies) {
            const { deadLetters } = translate(body, { blobEvents: true })
            const events = stored(body, { blobEvents: true })
            const isReadable = typeof repositoryOf(changed) === 'string' && repositoryOf(changed)
            if (isReadable) expect(deadLetters).toEqual([])
            expect(events.length).toBeLessThanOrEqual(1)
            if (isReadable) expect(events).toHaveLength(1)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

function replaced(
  item: JsonObject,
  path: readonly string[],
  name: string,
  value: JsonValue,
): JsonObject {
  const [first, ...rest] = path
  if (first === undefined) return JSON.parse(JSON.stringify({ ...item, [name]: value }))
  const inner = item[first]
  const members = typeof inner === 'object' && inner !== null ? (inner as JsonObject) : {}
  return { ...item, [first]: replaced(members, rest, name, value) }
}

function repositoryOf({ target }: JsonObject): JsonValue | undefined {
  return typeof target === 'object' && target !== null && 'repository' in target
    ? target['repository']
    : undefined
}
