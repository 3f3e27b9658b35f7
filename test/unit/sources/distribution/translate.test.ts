import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/core/event.ts'
import type { NewEvent } from '../../../../src/core/new-event.ts'
import { translate } from './captured.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** One readable item, with some of its members replaced. */
function item(changes: JsonObject = {}): JsonObject {
  return {
    id: 'e1',
    timestamp: '2026-11-22T12:00:00.123456789Z',
    action: 'pull',
    target: { mediaType: MANIFEST, digest: DIGEST, repository: 'team/app', tag: '1' },
    request: { id: 'r1', addr: '192.0.2.7:4711', method: 'GET', useragent: 'curl/8' },
    actor: { name: 'alice' },
    ...changes,
  }
}

function translateOne(changes: JsonObject): NewEvent | undefined {
  return translate(JSON.stringify({ events: [item(changes)] }), true).events[0]
}

describe('who acted', () => {
  test.each([
    [{ name: 'alice' }, { name: 'alice', kind: 'user' }],
    [{ name: 'team+builder' }, { name: 'team+builder', kind: 'robot' }],
    [{ name: 'robot$team+builder' }, { name: 'robot$team+builder', kind: 'robot' }],
    [{}, null],
    [{ name: '' }, null],
    [null, null],
  ])('%j is %j', (stated, actor) => {
    expect(translateOne({ actor: stated })?.actor).toEqual(actor)
  })

  test('an event without an actor still reads as a sentence', () => {
    expect(translateOne({ actor: {} })?.message).toBe('An unnamed client pulled team/app:1')
  })
})

describe('where from', () => {
  test.each([
    ['192.0.2.7:4711', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.7'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is the address %s', (addr, ip) => {
    const event = translateOne({ request: { addr } })
    expect(event?.client).toEqual({ ip })
    expect(event?.details).toEqual({ mediaType: MANIFEST })
  })

  test.each(['gateway:80', 'unknown', '999.1.1.1:80', '[oops]:1'])(
    'what is no address (%s) stays in the details',
    (addr) => {
      const event = translateOne({ request: { addr } })
      expect(event?.client).toEqual({})
      expect(event?.details).toMatchObject({ request: { addr } })
    },
  )

  test('a user agent past the limit of an event is cut, so that it cannot hide the event', () => {
    const event = translateOne({ request: { useragent: 'x'.repeat(5000) } })
    expect(event?.client?.userAgent).toHaveLength(1024)
  })
})

describe('what was acted upon', () => {
  test.each([
    ['app', { namespace: 'library', repository: 'app' }],
    ['team/app', { namespace: 'team', repository: 'app' }],
    ['team/group/app', { namespace: 'team', repository: 'group/app' }],
  ])('the repository %s is %j', (repository, target) => {
    const event = translateOne({ target: { mediaType: MANIFEST, digest: DIGEST, repository } })
    expect(event?.target).toEqual({ type: 'image', digest: DIGEST, ...target })
  })

  test('a bare name stays readable as what it was', () => {
    expect(translateOne({ target: { repository: 'app', tag: '1' } })?.details).toMatchObject({
      repository: 'app',
    })
  })

  test.each([
    ['delete', { tag: '1' }, 'tag.delete'],
    ['delete', { digest: DIGEST }, 'image.delete'],
    ['delete', {}, 'repository.delete'],
    ['pull', { digest: DIGEST, mediaType: 'application/octet-stream' }, 'blob.pull'],
    ['push', { digest: DIGEST, url: `http://r/v2/team/app/blobs/${DIGEST}` }, 'blob.push'],
    ['push', { digest: DIGEST, url: `http://r/v2/team/blobs/manifests/${DIGEST}` }, 'image.push'],
    ['push', { digest: DIGEST, mediaType: 'application/vnd.unheard-of+json' }, 'image.push'],
    ['mount', { digest: DIGEST, tag: '1' }, 'image.mount'],
  ])('%s of %j is %s', (action, target, expected) => {
    expect(translateOne({ action, target: { repository: 'team/app', ...target } })?.action).toBe(
      expected,
    )
  })

  test('an OCI descriptor of events.v2 keeps its annotations and platform', () => {
    const descriptor = {
      annotations: { 'org.opencontainers.image.version': '1.0' },
      platform: { architecture: 'arm64', os: 'linux' },
      artifactType: 'application/spdx+json',
    }
    const event = translateOne({ target: { repository: 'team/app', tag: '1', ...descriptor } })
    expect(event?.details).toMatchObject(descriptor)
  })

  test('thousands of layers are counted instead of kept, so that the event stays in bounds', () => {
    const references = Array.from({ length: 4000 }, () => ({ digest: DIGEST, size: 1 }))
    const event = translateOne({ target: { repository: 'team/app', tag: '1', references } })
    expect(event?.details?.['references']).toEqual({
      omittedBytes: Buffer.byteLength(JSON.stringify(references)),
      items: 4000,
    })
  })

  test('a length that differs from the size is kept beside it', () => {
    const target = { repository: 'team/app', tag: '1', size: 5, length: 7 }
    expect(translateOne({ target })?.details).toMatchObject({ size: 5, length: 7 })
  })
})
