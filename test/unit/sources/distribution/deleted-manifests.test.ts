import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../../src/core/event/new-event.ts'
import type { Delivery } from '../../../../src/sources/source.ts'
import { registrySource, reportedBody } from './captured.ts'

const DELETION = JSON.parse(reportedBody('delete-digest-two-tags').toString()).events
const [MANIFEST, ...TAGS] = DELETION
const DIGEST = MANIFEST.target.digest

type Read = (body: string, from?: Partial<Delivery>) => { readonly events: readonly NewEvent[] }

function deliver(read: Read, items: readonly unknown[], from?: Partial<Delivery>) {
  return read(JSON.stringify({ events: items }), from).events.map(({ action, target }) => [
    action,
    target?.tag,
    target?.digest,
  ])
}

const DELETED = [
  ['image.delete', undefined, DIGEST],
  ['tag.delete', '2', DIGEST],
  ['tag.delete', '1', DIGEST],
]

describe('the deletion of a tag has the digest of the manifest that was deleted with it', () => {
  test('in one delivery, in whichever order', () => {
    expect(deliver(registrySource(), DELETION)).toEqual(DELETED)
    expect(deliver(registrySource(), [...DELETION].reverse())).toEqual([...DELETED].reverse())
  })

  test('in deliveries of their own, and in the retry of one', () => {
    const read = registrySource()
    expect(DELETION.flatMap((item: unknown) => deliver(read, [item]))).toEqual(DELETED)
    expect(deliver(read, [TAGS[0]])).toEqual([DELETED[1]])
  })
})

describe('a digest is never that of another deletion', () => {
  const alone = [['tag.delete', '2', undefined]]
  const [tag] = TAGS

  test.each<[string, object, Partial<Delivery>]>([
    ['request', { request: { ...tag.request, id: 'another' } }, {}],
    ['request that has no id', { request: {} }, {}],
    ['repository', { target: { ...tag.target, repository: 'team/other' } }, {}],
    ['registry', {}, { sourceName: 'reg2' }],
    ['tenant', {}, { tenant: 'other' }],
  ])('of another %s', (_what, changes, from) => {
    const read = registrySource()
    deliver(read, [MANIFEST])
    expect(deliver(read, [{ ...tag, ...changes }], from)).toEqual(alone)
  })

  test('of none that was reported, as after a restart', () => {
    expect(deliver(registrySource(), [tag])).toEqual(alone)
  })

  test('that is no digest', () => {
    const read = registrySource()
    deliver(read, [{ ...MANIFEST, target: { ...MANIFEST.target, digest: 'not one' } }])
    expect(deliver(read, [tag])).toEqual(alone)
  })

  test('of one that many others followed: what is remembered is bounded', () => {
    const read = registrySource()
    deliver(read, [MANIFEST])
    const others = Array.from({ length: 1000 }, (_, nth) => ({
      ...MANIFEST,
      request: { id: `other ${nth}` },
    }))
    deliver(read, others.slice(1))
    expect(deliver(read, [tag])).toEqual([DELETED[1]])
    deliver(read, others.slice(0, 1))
    expect(deliver(read, [tag])).toEqual(alone)
  })

  test('of the tag itself, when the registry names it', () => {
    const read = registrySource()
    const own = `sha256:${'0'.repeat(64)}`
    deliver(read, [MANIFEST])
    const named = { ...tag, target: { ...tag.target, digest: own } }
    expect(deliver(read, [named])).toEqual([['tag.delete', '2', own]])
  })
})
