import { expect, test } from 'vitest'
import { eventJson } from '../../../../bench/events/event-json.ts'
import {
  generateEvents,
  needles,
  type RegistryEvent,
} from '../../../../bench/events/generate-events.ts'
import { parseEventBody } from '../../../../src/core/boundary/parse-event-body.ts'
import { isUuid } from '../../../../src/core/values/uuid.ts'

const END_MICROS = Date.UTC(2026, 10, 22) * 1000
const OPTIONS = { seed: 11, count: 60_000, endMicros: END_MICROS }
const EVENTS = [...generateEvents(OPTIONS)]

test('the same seed gives the same events, and another seed gives others', () => {
  const few = { ...OPTIONS, count: 50 }
  const texts = (seed: number) => [...generateEvents({ ...few, seed })].map(eventJson)
  expect(texts(11)).toEqual(texts(11))
  expect(texts(12)).not.toEqual(texts(11))
})

test('every event is one that Waybill takes, and names itself by a UUID of its own', () => {
  const some = EVENTS.slice(0, 2000)
  const body = Buffer.from(some.map(eventJson).join('\n'))
  const drafts = parseEventBody(body, 'ndjson', {
    receivedMicros: END_MICROS,
    tenant: 'default',
    anyTenant: false,
    source: { kind: 'api', name: 'http' },
  })
  expect(drafts.map(({ event }) => event.id)).toEqual(some.map(({ id }) => id))
  expect(new Set(EVENTS.map(({ id }) => id)).size).toBe(EVENTS.length)
  expect(EVENTS.every(({ id }) => isUuid(id))).toBe(true)
})

test('events are about 400 bytes as they are sent', () => {
  const bytes = EVENTS.reduce((sum, event) => sum + eventJson(event).length, 0) / EVENTS.length
  expect(bytes).toBeGreaterThan(350)
  expect(bytes).toBeLessThan(500)
})

test('a few namespaces have most of the events, and hundreds have some', () => {
  const counts = [...countBy(EVENTS, ({ namespace }) => namespace).values()].sort((a, b) => b - a)
  expect(counts.length).toBe(200)
  expect((counts[0] ?? 0) / EVENTS.length).toBeCloseTo(1 / 5.9, 1)
  expect((counts.at(-1) ?? 0) / EVENTS.length).toBeLessThan(0.002)
})

test('about 8 of 100 events are pushes', () => {
  const pushes = EVENTS.filter(({ isPush }) => isPush)
  expect(pushes.length / EVENTS.length).toBeCloseTo(0.08, 2)
})

test('a tag keeps its digest until it is pushed again', () => {
  const digests = new Map<string, string>()
  for (const event of EVENTS) {
    const tag = `${event.namespace}/${event.repository}:${event.tag}`
    const known = digests.get(tag)
    if (!event.isPush && known !== undefined) expect(event.digest).toBe(known)
    if (event.isPush) expect(event.digest).not.toBe(known)
    digests.set(tag, event.digest)
  }
})

test('events arrive in order of time but for jitter and a few percent that come hours late', () => {
  const stepMicros = (104 * 86_400_000_000) / OPTIONS.count
  const startMicros = END_MICROS - 104 * 86_400_000_000
  const lag = EVENTS.map(({ timeMicros }, index) => startMicros + index * stepMicros - timeMicros)
  const late = lag.filter((micros) => micros > 3_000_000)
  expect(late.length / EVENTS.length).toBeCloseTo(0.03, 2)
  expect(Math.max(...lag)).toBeLessThan(6.1 * 3_600_000_000)
  expect(Math.min(...lag)).toBeGreaterThan(-3_000_000)
  expect(EVENTS.every(({ timeMicros }) => timeMicros < END_MICROS)).toBe(true)
})

test('each needle is in exactly one event', () => {
  const words = needles(OPTIONS)
  const held = EVENTS.flatMap(({ needle }) => needle ?? [])
  expect(words.length).toBeGreaterThan(0)
  expect(held).toEqual(words)
  expect(new Set(words).size).toBe(words.length)
})

function countBy(events: readonly RegistryEvent[], keyOf: (event: RegistryEvent) => string) {
  const counts = new Map<string, number>()
  for (const event of events) counts.set(keyOf(event), (counts.get(keyOf(event)) ?? 0) + 1)
  return counts
}
