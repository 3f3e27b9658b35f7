import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNewEvent } from '../../../../src/core/boundary/parse-event.ts'
import type { Event, JsonObject } from '../../../../src/core/event/event.ts'
import type { Reception } from '../../../../src/core/event/new-event.ts'
import { avatarColor, avatarOf } from '../../../../src/dialects/quay/browser/avatar.ts'
import { QUAY_KINDS } from '../../../../src/dialects/quay/entries/kinds.ts'
import { pageKeysOf } from '../../../../src/dialects/quay/entries/page-keys.ts'
import { presentEntry } from '../../../../src/dialects/quay/present.ts'
import { anyEvent, eventOf } from '../../../support/store-events.ts'

const RECEPTION: Reception = {
  receivedMicros: Date.UTC(2026, 10, 22) * 1000,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'quay', name: 'registry' },
}

const REGISTRY_PUSH: Event = eventOf({
  time: '2024-06-18T18:59:13.814279Z',
  source: { kind: 'distribution', name: 'hub' },
  nativeAction: 'push',
  actor: { name: 'acme+ci', kind: 'robot' },
  target: {
    type: 'image',
    namespace: 'acme',
    repository: 'team/app',
    tag: 'v1',
    digest: 'sha256:9f',
  },
  client: { ip: '192.168.1.131', userAgent: 'skopeo/1.9' },
  details: { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 502 },
})

test('a push that a registry notified of is an entry that a client of Quay can read', () => {
  const entry = presentEntry(REGISTRY_PUSH)
  const avatar = { ...avatarOf({ name: 'acme+ci', kind: 'robot' }) }
  expect(JSON.stringify(entry)).toBe(
    JSON.stringify({
      kind: 'push_repo',
      metadata: {
        repo: 'team/app',
        namespace: 'acme',
        'user-agent': 'skopeo/1.9',
        username: 'acme+ci',
        is_robot: true,
        tag: 'v1',
        manifest_digest: 'sha256:9f',
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
      },
      ip: '192.168.1.131',
      datetime: 'Tue, 18 Jun 2024 18:59:13 -0000',
      performer: { kind: 'user', name: 'acme+ci', is_robot: true, avatar },
    }),
  )
})

/** Values that Quay's page can show; what becomes of others is tested in page-entry.test.ts. */
const NEEDED: Readonly<Record<string, JsonObject>> = {
  change_repo_state: { state_changed: 'READ_ONLY' },
  add_repo_notification: { event: 'repo_push' },
  delete_repo_notification: { event: 'build_failure' },
  reset_repo_notification: { event: 'repo_image_expiry' },
  export_logs_success: { url: 'https://hooks.example.com/quay' },
}

test.each(QUAY_KINDS)('$kind is sent out unchanged', ({ kind, action, metadata }) => {
  const any = fc.jsonValue({ maxDepth: 2 }).map((json) => JSON.parse(JSON.stringify(json)))
  const text = fc.oneof(fc.string(), fc.array(fc.string(), { maxLength: 3 }))
  const shown = new Map(pageKeysOf(kind).map(({ key, use }) => [key, use]))
  const keys = [...metadata, 'oauth_token_id']
  const sentMembers = Object.fromEntries(
    keys.map((key) => [key, ['shown', undefined].includes(shown.get(key)) ? text : fc.string()]),
  )
  const unread = { unread: fc.oneof(any, text) }
  fc.assert(
    fc.property(fc.record({ ...sentMembers, ...unread }, { requiredKeys: [] }), (members) => {
      const sent: JsonObject = { ...members, ...NEEDED[kind] }
      const { event } = parseNewEvent({ action, nativeAction: kind, details: sent }, RECEPTION)
      const entry = presentEntry(JSON.parse(JSON.stringify(event)))
      expect(entry).toMatchObject({ kind, metadata: sent })
      expect(entry?.['metadata']).toEqual(sent)
    }),
    { numRuns: 10 },
  )
})

test('an entry of Quay without metadata stays without, whatever the event says elsewhere', () => {
  const event = eventOf({ source: { kind: 'quay', name: 'q' }, nativeAction: 'logout_success' })
  expect(presentEntry(event)).toMatchObject({ kind: 'logout_success', metadata: {} })
  expect(presentEntry({ ...event, nativeAction: 'push_repo' })?.['metadata']).toEqual({})
})

test('an event with a kind and no details still has the metadata that it knows', () => {
  const event = { ...REGISTRY_PUSH, nativeAction: 'push_repo', details: undefined }
  expect(presentEntry(event)).toMatchObject({ metadata: { repo: 'team/app', tag: 'v1' } })
})

test.each([
  ['nobody', null],
  ['somebody anonymous', { kind: 'anonymous', name: 'anonymous' }],
  ['the system', { kind: 'system' }],
] as const)('an event by %s has no key performer', (_who, actor) => {
  expect(presentEntry(eventOf({ action: 'image.pull', actor }))).not.toHaveProperty('performer')
})

test('a performer without a name is known by e-mail address, then by id', () => {
  const nameOf = (actor: Event['actor']) =>
    presentEntry(eventOf({ action: 'image.pull', actor }))?.['performer']
  expect(nameOf({ kind: 'user', email: 'a@x', id: '7' })).toMatchObject({ name: 'a@x' })
  expect(nameOf({ kind: 'user', id: '7' })).toMatchObject({ name: '7' })
})

test('an address that is not known is null', () => {
  expect(presentEntry(eventOf({ action: 'image.pull' }))).toMatchObject({ ip: null })
})

test('metadata of a permission names who got it, not who gave it', () => {
  const event = eventOf({
    action: 'repository.change-permission',
    target: { namespace: 'acme', repository: 'app', name: 'carol' },
    details: { role: 'write', irrelevant: 1 },
  })
  expect(presentEntry(event)?.['metadata']).toEqual({
    username: 'carol',
    repo: 'app',
    namespace: 'acme',
    role: 'write',
  })
})

test('every entry is whole JSON with Quay’s keys in order', () => {
  fc.assert(
    fc.property(anyEvent, fc.constantFrom(...QUAY_KINDS), (event, { kind }) => {
      const entry = presentEntry({ ...event, nativeAction: kind })
      const keys = Object.keys(entry ?? {})
      const required = ['kind', 'metadata', 'ip', 'datetime']
      expect(keys).toEqual(keys.length === 4 ? required : [...required, 'performer'])
      expect(JSON.parse(JSON.stringify(entry))).toEqual(entry)
    }),
  )
})

test('an avatar is the SHA-256 of the address, else of the name, in lower case and trimmed', () => {
  const named = avatarOf({ name: ' Bob ', kind: 'user' })
  const mailed = avatarOf({ name: 'x', email: 'BOB', kind: 'user' })
  // echo -n bob | sha256sum
  const hash = '81b637d8fcd2c6da6359e6963113a1170de795e4b725b84d1e0b4cfd9ec58ce9'
  expect(named).toEqual({ name: ' Bob ', hash, color: avatarColor(hash), kind: 'user' })
  expect(mailed['hash']).toBe(hash)
})

test('colors are those of the samples in Quay’s documentation', () => {
  expect(avatarColor('6d64')).toBe('#f7b6d2')
  expect(avatarColor('b28d')).toBe('#17becf')
})
