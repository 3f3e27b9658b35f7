import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Translation } from '../../../../src/sources/source.ts'
import { bodyAsSent, capturedBodies, translate } from './captured.ts'

function total(translation: Translation): number {
  const skipped = Object.values(translation.skipped).reduce((sum, count) => sum + count, 0)
  return translation.events.length + translation.deadLetters.length + skipped
}

describe('what cannot be read is kept', () => {
  test.each([
    ['', 'the body is not JSON in UTF-8'],
    ['{"events":[', 'the body is not JSON in UTF-8'],
    ['[]', 'the body has no list `events`'],
    ['{"events":{}}', 'the body has no list `events`'],
    ['null', 'the body has no list `events`'],
    ['{"events":{}, "id":"e"}', 'the body has no list `events`'],
    ['{"type":"PUSH_ARTIFACT","event_data":{}}', 'the body has no list `events`'],
    [`{"events":[${Array(10_001).fill('1').join()}]}`, 'the body has more than 10000 events'],
  ])('the whole body, when the envelope is broken (%#)', (body, reason) => {
    expect(translate(body)).toEqual({
      events: [],
      deadLetters: [{ reason, body: Buffer.from(body) }],
      skipped: {},
    })
  })

  test('bytes that are not UTF-8 are kept unchanged', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
    expect(translate(body).deadLetters[0]?.body).toEqual(body)
  })

  test('an item nested past any recursion is kept whole, its neighbours are events', () => {
    const nested = `{"id":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const good = JSON.stringify(JSON.parse(bodyAsSent().toString()).events[0])
    const { events, deadLetters } = translate(`{"events":[${good},${nested},${good}]}`)
    expect(events).toHaveLength(2)
    expect(deadLetters.map(({ body }) => body.toString())).toEqual([nested])
  })

  test.each([
    [7, 'an event is not an object'],
    [null, 'an event is not an object'],
    [[], 'an event is not an object'],
    [{}, 'an event has neither an `action` nor a `target.repository`'],
    [{ id: 'e' }, 'an event has neither an `action` nor a `target.repository`'],
    [
      { id: 'e', timestamp: '2026-11-22T12:00:00Z', action: 7, target: { repository: 7 } },
      'an event has neither an `action` nor a `target.repository`',
    ],
  ])('the one item %j, and its neighbours are events all the same', (bad, reason) => {
    const good = JSON.parse(bodyAsSent().toString()).events[0]
    const translation = translate(JSON.stringify({ events: [good, bad, good] }))
    expect(translation.events).toHaveLength(2)
    expect(translation.deadLetters).toEqual([{ reason, body: Buffer.from(JSON.stringify(bad)) }])
  })
})

describe('nothing is lost and nothing throws', () => {
  test('arbitrary bytes are one dead letter, whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const translation = translate(Buffer.from(bytes))
        expect(translation.deadLetters.map((one) => one.body)).toEqual([Buffer.from(bytes)])
      }),
    )
  })

  test('every item of arbitrary JSON is an event, a dead letter or a counted skip', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.boolean(), (events, blobEvents) => {
        expect(total(translate(JSON.stringify({ events }), { blobEvents }))).toBe(events.length)
      }),
    )
  })

  test('so is every real item with any one member replaced by arbitrary JSON', () => {
    const real = capturedBodies('notifications.jsonl')
      .map((body) => JSON.parse(body.toString()).events[0])
      .map((event) => ({ ...event, target: { ...event.target }, request: { ...event.request } }))
    const place = fc.constantFrom('', 'target', 'request', 'actor', 'source')
    fc.assert(
      fc.property(
        fc.constantFrom(...real),
        place,
        fc.nat(20),
        fc.jsonValue(),
        (event, part, position, value) => {
          const changed = structuredClone(event)
          const members = part === '' ? changed : changed[part]
          const keys = Object.keys(members)
          const key = keys[position % keys.length]
          if (key !== undefined) members[key] = value
          const translation = translate(JSON.stringify({ events: [changed, event] }), {
            blobEvents: true,
          })
          expect(total(translation)).toBe(2)
          expect(translation.events).toContainEqual(
            translate(JSON.stringify({ events: [event] }), { blobEvents: true }).events[0],
          )
        },
      ),
    )
  })
})
