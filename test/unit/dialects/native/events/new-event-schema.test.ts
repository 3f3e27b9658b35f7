import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { parseNewEvent } from '../../../../../src/core/boundary/parse-event.ts'
import type { Reception } from '../../../../../src/core/event/new-event.ts'
import {
  EVENT_EXAMPLE,
  NewEventSchema,
} from '../../../../../src/dialects/native/events/new-event-schema.ts'

const RECEPTION: Reception = {
  receivedMicros: 0,
  tenant: 'default',
  anyTenant: true,
  source: { kind: 'api', name: 'alice' },
  otherSources: 'any',
}

const VALUES = [undefined, null, '', 'x', 'x\0', 0, true, [], {}, { x: 1 }, 'é'.repeat(513)]

const MEMBERS: Readonly<Record<string, readonly unknown[]>> = {
  id: ['0199d0a1-7c1e-7f3a-9b1c-2f6f5a1c9e10', '0199d0a1'],
  time: [
    ...['2024-02-29T00:00:00Z', '2023-02-29T00:00:00Z', '2100-02-29T00:00:00Z'],
    ...['2000-02-29T23:59:60Z', '1969-12-31T23:59:59Z', '2199-12-31T23:59:59.999999Z'],
    ...['2200-01-01T00:00:00Z', '2024-04-31T00:00:00Z', '2024-01-01t00:00:00.1z'],
    ...['2024-01-01T24:00:00Z', '2024-01-01T00:00:00+23:59', '2024-01-01T00:00:00', '2024-01-01'],
  ],
  tenant: ['other'],
  source: [{ kind: 'k', name: 'n' }, { kind: null }, { other: 1 }, { kind: 5 }],
  action: [
    'image.push',
    'image',
    'Image.push',
    'blob.push',
    'nothing.known',
    'a.b.c',
    'image.Push',
  ],
  nativeAction: ['push'],
  category: ['image', 'nothing'],
  level: ['warn', 'loud'],
  outcome: ['denied', 'good'],
  actor: [{ name: 'a' }, { kind: 'robot' }, { kind: 'thing' }, { name: 7 }, { role: 'x' }],
  target: [
    ...[{ digest: 'sha256:00' }, { digest: 'abc' }, { repository: 'a/b' }, { repository: 'a//b' }],
    ...[{ repository: '..' }, { repository: 'a'.repeat(256) }, { name: null }, { tags: [] }],
  ],
  client: [{ ip: '10.0.0.1' }, { ip: '::1' }, { ip: '10.0.0.1:80' }, { ip: '' }, { port: 1 }],
  message: ['m'.repeat(8192), 'm'.repeat(8193)],
  details: [{ a: { b: [1, null] } }],
  other: [1],
}

function isTaken(event: unknown): boolean {
  try {
    parseNewEvent(event, RECEPTION)
    return true
  } catch {
    return false
  }
}

test('the schema of the API document takes the events that the parser takes', () => {
  const events = Object.entries(MEMBERS).flatMap(([member, more]) =>
    [...VALUES, ...more].map((value) => {
      const event = { ...EVENT_EXAMPLE, [member]: value }
      return value === undefined ? without(event, member) : event
    }),
  )
  const known = events.filter((event) => isTaken(event))
  expect(known.length).toBeGreaterThan(50)
  // A pattern of a document cannot say where a NUL is in `details`; texts have none.
  const different = events.filter((event) => Check(NewEventSchema, event) !== isTaken(event))
  expect(different).toEqual([])
})

function without(event: object, member: string): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== member))
}
