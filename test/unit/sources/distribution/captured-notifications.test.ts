import { describe, expect, test } from 'vitest'
import { parseNewEvent } from '../../../../src/core/boundary/parse-event.ts'
import { bodyAsSent, capturedBodies, translate } from './captured.ts'

const BODIES = capturedBodies('notifications.jsonl')

function countBy(keys: readonly (string | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[`${key}`] = (counts[`${key}`] ?? 0) + 1
  return counts
}

describe('notifications of a real registry', () => {
  test('a push by tag becomes one event that says who, what, from where and with what', () => {
    const translation = translate(bodyAsSent())
    expect(translation.deadLetters).toEqual([])
    expect(translation.events).toEqual([
      {
        time: '2026-11-22T12:11:14.468474054Z',
        source: { eventId: '95b9964d-0d70-4297-937a-ca5525919d85' },
        action: 'image.push',
        nativeAction: 'push',
        outcome: 'success',
        actor: { name: 'alice', kind: 'user' },
        target: {
          type: 'image',
          namespace: 'team',
          repository: 'bbox',
          tag: '5',
          digest: 'sha256:ba85db05ecb37adffc732421fe7c6a471ed6bc25d09ce536e075bbedf408c7ab',
        },
        client: { ip: '127.0.0.1', userAgent: 'skopeo/1.9.3' },
        message: 'alice pushed team/bbox:5',
        details: {
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          size: 575,
          url: 'http://127.0.0.1:5000/v2/team/bbox/manifests/sha256:ba85db05ecb37adffc732421fe7c6a471ed6bc25d09ce536e075bbedf408c7ab',
          references: [
            {
              mediaType: 'application/vnd.oci.image.config.v1+json',
              size: 1034,
              digest: 'sha256:96b35cd724411eb2c81fdd7946016b172c38eb7694f571bff0db7d18f4fc23e7',
            },
            {
              mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
              size: 1083607,
              digest: 'sha256:fdb231a34df1c9c355eae744b689c31d0c2e6f36e2aa9574c5fcac0d4caf8a98',
            },
          ],
          request: {
            id: 'e62de59a-023c-4f6f-8f69-872efe9197e2',
            host: '127.0.0.1:5000',
            method: 'PUT',
          },
          source: { addr: 'vm:5000', instanceID: '3be4bfc4-2f5d-446e-8384-ecd6322090e9' },
        },
      },
    ])
  })

  test('every item of the day is an event or a counted skip, none is a dead letter', () => {
    const translations = BODIES.map((body) => translate(body))
    const events = translations.flatMap((translation) => translation.events)
    expect(translations.flatMap((translation) => translation.deadLetters)).toEqual([])
    expect(countBy(events.map((event) => event.action))).toEqual({
      'image.push': 6,
      'image.pull': 8,
      'image.inspect': 1,
      'image.delete': 2,
      'tag.delete': 1,
    })
    expect(countBy(translations.flatMap((one) => Object.keys(one.skipped)))).toEqual({
      'blob event': BODIES.length - events.length,
    })
  })

  test('with blob events on, layers are events of their own and a mount names its origin', () => {
    const events = BODIES.flatMap((body) => translate(body, { blobEvents: true }).events)
    expect(events).toHaveLength(BODIES.length)
    expect(countBy(events.map((event) => event.action))).toMatchObject({
      'blob.push': 7,
      'blob.pull': 6,
      'blob.inspect': 7,
      'blob.mount': 1,
    })
    const mount = events.find((event) => event.action === 'blob.mount')
    expect(mount?.message).toBe('alice mounted other/bbox@sha256:fdb231a34df1 from team/bbox')
    expect(mount?.details).toMatchObject({ fromRepository: 'team/bbox' })
  })

  test('deleting a tagged manifest gives one event for the digest and one for the tag', () => {
    const events = BODIES.flatMap((body) => translate(body).events)
    const requestId = (event: (typeof events)[number]) => event.details?.['request']
    const [image, tag] = events.filter((event) => event.nativeAction === 'delete')
    expect(image?.action).toBe('image.delete')
    expect(image?.message).toBe('alice deleted team/bbox@sha256:ba85db05ecb3')
    expect(tag?.action).toBe('tag.delete')
    expect(tag?.target).toEqual({ type: 'tag', namespace: 'team', repository: 'bbox', tag: '1' })
    expect(image && requestId(image)).toEqual(tag && requestId(tag))
  })

  test('a repeated notification is the same event, id and time included', () => {
    const [first, ...repeats] = capturedBodies('repeated-notifications.jsonl').slice(0, 6)
    expect(first).toBeDefined()
    for (const repeat of repeats) {
      expect(translate(repeat).events).toEqual(translate(first ?? '').events)
    }
  })

  test('the boundary takes every translated event as it is', () => {
    const reception = {
      receivedMicros: Date.UTC(2026, 10, 22) * 1000,
      tenant: 'default',
      anyTenant: false,
      source: { kind: 'distribution', name: 'reg1' },
    }
    for (const event of BODIES.flatMap((body) => translate(body, { blobEvents: true }).events)) {
      const draft = parseNewEvent(event, reception)
      expect(draft.deduplicate).toBe(true)
      expect(draft.event.source).toEqual({
        kind: 'distribution',
        name: 'reg1',
        eventId: event.source?.eventId,
      })
    }
  })
})
