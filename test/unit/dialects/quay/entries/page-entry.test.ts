import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../../../src/core/event/event.ts'
import { LOGGED_BY_TAG, QUAY_KINDS } from '../../../../../src/dialects/quay/entries/kinds.ts'
import {
  detailsOfMetadata,
  readMetadata,
} from '../../../../../src/dialects/quay/entries/metadata-details.ts'
import { pageEntryOf } from '../../../../../src/dialects/quay/entries/page-entry.ts'
import { pageKeysOf } from '../../../../../src/dialects/quay/entries/page-keys.ts'
import {
  jsonText,
  type WrittenObject,
} from '../../../../../src/dialects/quay/entries/stored-json.ts'
import { presentEntry } from '../../../../../src/dialects/quay/present.ts'
import { showInQuayPage } from '../../../../support/quay-page.ts'
import { eventOf } from '../../../../support/store-events.ts'

/** JSON values, those included that no text can be made of. */
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((json): JsonValue => JSON.parse(JSON.stringify(json))),
  fc.constantFrom<JsonValue>(
    { toString: 1, valueOf: 1 },
    [{ toString: null }],
    { build_source: { toString: 1 } },
    '{"build_source":{"toString":1}}',
    { props: { children: [{}] }, key: null },
    '@',
    'a@example.com',
    ['repo_push'],
  ),
)

describe.each(QUAY_KINDS)('$kind', ({ kind, action, isFailure, metadata: ownKeys }) => {
  const keys = [...new Set([...ownKeys, ...pageKeysOf(kind).map(({ key }) => key)])]
  const outcome = isFailure ? 'failure' : 'success'
  // Quay logs nothing of a push without a tag.
  const target = LOGGED_BY_TAG.includes(action) ? { tag: 'v1' } : undefined

  test('takes Quay’s page down with no metadata that an event can have', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (details) => {
        for (const source of ['quay', 'api']) {
          const asNative = {
            action,
            nativeAction: kind,
            details,
            source: { kind: source, name: 'a' },
          }
          expectShown(presentEntry(eventOf(asNative)))
        }
        expectShown(presentEntry(eventOf({ action, outcome, details, target })))
      }),
      { numRuns: 60 },
    )
  })

  test('takes Quay’s page down with no event that has no details', () => {
    expectShown(presentEntry(eventOf({ action, outcome, target })))
    expectShown(presentEntry(eventOf({ action, outcome, actor: null, target })))
    expectShown(presentEntry(eventOf({ action: 'any.thing', nativeAction: kind })))
  })
})

/** What a client reads of an entry: the text that goes out, parsed. */
function expectShown(entry: WrittenObject | undefined): void {
  expect(entry).toBeDefined()
  const { kind, metadata } = JSON.parse(jsonText(entry ?? {}))
  showInQuayPage(kind, metadata)
}

test('metadata that is kept as text takes Quay’s page down no more than any other', () => {
  for (const state of ['"READ_ONLY"', '0', '{}', 'null', '12345678901234567890']) {
    const text = `{"state_changed": ${state}, "n": NaN}`
    const metadata = readMetadata(text)
    if (metadata === undefined) throw new Error('not metadata')
    const { details } = detailsOfMetadata(metadata, 10_000)
    const source = { kind: 'quay', name: 'a' }
    expectShown(
      presentEntry(
        eventOf({ action: 'any.thing', nativeAction: 'change_repo_state', source, details }),
      ),
    )
  }
})

test('the model of Quay’s page fails on what Quay’s page fails on', () => {
  const failing: [string, JsonObject][] = [
    ['change_repo_state', {}],
    ['change_repo_state', { state_changed: 0 }],
    ['add_repo_notification', {}],
    ['reset_repo_notification', { event: 'quota_warning' }],
    ['export_logs_success', { url: null, email: null }],
    ['export_logs_success', { url: '', email: 'a@example.com' }],
    ['service_key_approve', { kid: 7 }],
    ['create_robot', { robot: {} }],
    ['push_repo', { repo: [{}] }],
    ['logout_success', { performer: 7 }],
    ['setup_repo_trigger', { config: '{"build_source":{"toString":1}}' }],
  ]
  for (const [kind, metadata] of failing) {
    expect(() => showInQuayPage(kind, metadata), kind).toThrow()
  }
})

test('metadata that the page can show stays as it is, the object too', () => {
  const metadata = {
    config: { build_source: 'https://git.example.com/app', nested: { deep: [{}] } },
    service: 'github',
    trigger_id: 'a',
    repo: 'app',
  }
  expect(pageEntryOf('build_dockerfile', metadata).metadata).toBe(metadata)
})

test.each<[string, JsonObject, JsonObject]>([
  ['change_repo_state', {}, { state_changed: 'unknown' }],
  ['change_repo_state', { state_changed: 3 }, { state_changed: '3' }],
  ['create_robot', { robot: { a: 1 } }, { robot: '{"a":1}' }],
  ['push_repo', { tag: ['a', { b: 1 }], repo: 'r' }, { tag: '["a",{"b":1}]', repo: 'r' }],
  ['export_logs_success', { url: null, email: null }, { url: 'none', email: null }],
  [
    'export_logs_success',
    { url: null, email: 'a@x.example' },
    { url: 'mailto:a@x.example', email: 'a@x.example' },
  ],
])('what %s lacks is filled in: %j', (kind, metadata, expected) => {
  expect(pageEntryOf(kind, metadata)).toEqual({ kind, metadata: expected })
})

test.each([undefined, null, 7, 'quota_warning', ['repo_push'], {}])(
  'a notification about %j is unknown, with its metadata',
  (event) => {
    const metadata: JsonObject = {
      repo: 'app',
      method: 'email',
      ...(event !== undefined && { event }),
    }
    expect(pageEntryOf('add_repo_notification', metadata)).toEqual({ kind: 'unknown', metadata })
  },
)

test('a notification about what the page has a name for keeps its kind', () => {
  const metadata = { repo: 'app', event: 'repo_push' }
  expect(pageEntryOf('add_repo_notification', metadata)).toEqual({
    kind: 'add_repo_notification',
    metadata,
  })
})

const MANIFEST = { namespace: 'acme', repository: 'app', digest: 'sha256:9f86' }

test.each<[string, Parameters<typeof eventOf>[0], JsonObject]>([
  [
    'image.delete',
    { target: { ...MANIFEST, tag: 'v1' } },
    { tag: 'v1', username: 'alice', digest: 'sha256:9f86' },
  ],
  [
    'tag.delete',
    { actor: null, target: MANIFEST },
    { tag: 'sha256:9f86', username: '(anonymous)', digest: 'sha256:9f86' },
  ],
  ['tag.delete', { target: { ...MANIFEST, tag: 'v1' } }, { tag: 'v1', username: 'alice' }],
  ['tag.create', { target: { ...MANIFEST, tag: 'v1' } }, { image: 'sha256:9f86', tag: 'v1' }],
  ['image.pull', { actor: null, client: { ip: '192.0.2.7' } }, { _ip: '192.0.2.7' }],
  ['image.pull', { actor: { kind: 'user', email: 'a@x.example' } }, { username: 'a@x.example' }],
  ['proxy-cache.create', { target: { namespace: 'acme' } }, { namespace: 'acme' }],
])('%s of another source has what Quay’s page shows', (action, fields, expected) => {
  expect(presentEntry(eventOf({ ...fields, action }))?.['metadata']).toMatchObject(expected)
})

test('a pull by a known user has no address in its metadata', () => {
  const pull = eventOf({ action: 'image.pull', client: { ip: '192.0.2.7' } })
  expect(presentEntry(pull)?.['metadata']).not.toHaveProperty('_ip')
})

test('an address is served as it was sent, and what the boundary kept is no metadata', () => {
  const details = { repo: 'app', asSent: { '/client/ip': '::ffff:10.0.0.1', '/target/tag': 7 } }
  const source = { kind: 'quay', name: 'q' }
  const event = eventOf({ source, nativeAction: 'pull_repo', client: { ip: '10.0.0.1' }, details })
  expect(presentEntry(event)).toMatchObject({ ip: '::ffff:10.0.0.1', metadata: { repo: 'app' } })
  expect(presentEntry(event)?.['metadata']).not.toHaveProperty('asSent')
  const odd = eventOf({
    source,
    action: 'image.pull',
    details: { asSent: { '/client/ip': '10.0.0.8, 10.0.0.9' } },
  })
  expect(presentEntry(odd)).toMatchObject({ ip: '10.0.0.8, 10.0.0.9', metadata: {} })
})

test.each([{ '/client/ip': 7 }, { '/client/ip': {} }, { ip: 'x' }, 'x', [], null])(
  'an address is a text or null, whatever a sender calls asSent: %j',
  (asSent) => {
    const event = eventOf({ action: 'image.pull', client: undefined, details: { asSent } })
    expect(presentEntry(event)?.['ip']).toBeNull()
  },
)
