import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/core/event/event.ts'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'
import { stored, translate } from './captured.ts'

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
  return translate(JSON.stringify({ events: [item(changes)] }), { blobEvents: true }).events[0]
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

  test.each(['gateway:80', 'unknown', '999.1.1.1:80', '[oops]:1', '@', 'client.local', ':80', '['])(
    'what is no address (%s) stays in the details',
    (addr) => {
      const event = translateOne({ request: { addr } })
      expect(event?.client).toEqual({})
      expect(event?.details).toMatchObject({ request: { addr } })
    },
  )
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
    ['delete', { tag: 7, digest: null }, 'tag.delete'],
    ['delete', { digest: [] }, 'image.delete'],
    ['quarantine', { digest: DIGEST, tag: '1' }, 'image.quarantine'],
    ['chart_push', { digest: DIGEST, tag: 'wordpress-5.4.0.tgz' }, 'chart.push'],
    ['chart_delete', { tag: 'wordpress-5.4.0.tgz' }, 'chart.delete'],
    ['restore', { tag: '1' }, 'registry.notify'],
    ['constructor', { tag: '1' }, 'registry.notify'],
    ['PUSH', { tag: '1' }, 'registry.notify'],
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

  test('hundreds of layers are kept, and of thousands the first ones and their size', () => {
    const layers = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ digest: DIGEST, size: index }))
    const target = (count: number) => ({
      repository: 'team/app',
      tag: '1',
      references: layers(count),
    })
    const [some] = stored(JSON.stringify({ events: [item({ target: target(400) })] }))
    expect(some?.details?.['references']).toEqual(layers(400))
    const [many] = stored(JSON.stringify({ events: [item({ target: target(4000) })] }))
    expect(many?.target).toMatchObject({ repository: 'app', tag: '1' })
    expect(many?.details).toEqual({
      references: {
        bytes: JSON.stringify(layers(4000)).length,
        excerpt: expect.stringContaining(DIGEST),
      },
      request: { id: 'r1', method: 'GET' },
    })
  })

  test('a length that differs from the size is kept as well', () => {
    const target = { repository: 'team/app', tag: '1', size: 5, length: 7 }
    expect(translateOne({ target })?.details).toMatchObject({ size: 5, length: 7 })
  })
})
