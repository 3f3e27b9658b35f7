import { describe, expect, test } from 'vitest'
import { openEnvelope } from '../../../../src/sources/engine/envelope.ts'
import { eventsOf, line, translate } from './captured.ts'

describe('nanoseconds', () => {
  test('times that differ in the last digit alone are two events', () => {
    const events = eventsOf(
      line({ timeNano: '1795349746273326421' }),
      line({ timeNano: '1795349746273326422' }),
    )
    expect(new Set(events.map((event) => event.source.eventId)).size).toBe(2)
    expect(events.map((event) => event.details?.['timeNano'])).toEqual([
      '1795349746273326421',
      '1795349746273326422',
    ])
    expect(events[0]?.time).toBe('2026-11-22T12:15:46.273326Z')
  })

  test('events of one nanosecond are told apart by what they say', () => {
    const events = eventsOf(
      line({}),
      line({ Action: 'stop' }),
      line({ Type: 'network', Action: 'connect', Attributes: { container: 'a' } }),
      line({ Type: 'network', Action: 'connect', Attributes: { container: 'b' } }),
      line({ id: 'cd'.repeat(32) }),
      line({ Action: 'exec_create: a', Attributes: { execID: '1' } }),
      line({ Action: 'exec_create: a', Attributes: { execID: '2' } }),
      line({ Type: 'image', Action: 'pull', id: '', Attributes: { name: 'a' } }),
      line({ Type: 'image', Action: 'pull', id: '', Attributes: { name: 'b' } }),
    )
    expect(new Set(events.map((event) => event.source.eventId)).size).toBe(events.length)
  })

  test('a label cannot pose as the time', () => {
    const forged = line({ Attributes: { note: '"timeNano":1795349746273326999', timeNano: '7' } })
    expect(eventsOf(forged)[0]?.details?.['timeNano']).toBe('1795349746273326421')
  })
})

test('the name of an event does not depend on a command line, nor on labels', () => {
  const one = line({ Action: 'exec_create: mysql -pa', Attributes: { execID: '1' } })
  const other = line({ Action: 'exec_create: mysql -pb', Attributes: { execID: '1', more: 'x' } })
  expect(eventsOf(one)[0]?.source.eventId).toBe(eventsOf(other)[0]?.source.eventId)
})

test.each([
  ['not JSON', '{"Type":', 'a line is not a JSON object in UTF-8'],
  ['a list', '[]', 'a line is not a JSON object in UTF-8'],
  ['no type', '{"Action":"start","timeNano":1795349746273326421}', 'an event has no `Type`'],
  ['no action', '{"Type":"x","Action":7}', 'an event has no `Action`'],
  [
    'no nanoseconds',
    '{"Type":"container","Action":"start","time":1795349746}',
    'an event has no `timeNano` of nanoseconds',
  ],
  [
    'another unit',
    '{"Type":"container","Action":"start","timeNano":1795349746}',
    'an event has no `timeNano` of nanoseconds',
  ],
])('what cannot be read is kept with the reason: %s', (_what, text, reason) => {
  const { events, deadLetters } = translate(`${text}\n`)
  expect(events).toEqual([])
  expect(deadLetters).toEqual([{ reason, body: Buffer.from(text) }])
})

test('bytes that are no UTF-8 are not read', () => {
  expect(openEnvelope(Buffer.from([0x7b, 0xff, 0x7d]))).toHaveProperty('unreadable')
})

test('a line over the limit is kept with its secrets taken out', () => {
  const { deadLetters } = translate(
    `{"Action":"exec_create: login --password hunter2 ${'x'.repeat(300 * 1024)}"}\n`,
  )
  expect(deadLetters.map(({ reason }) => reason)).toEqual(['a line is longer than 262144 bytes'])
  expect(deadLetters[0]?.body.toString()).toContain('login --password [redacted] xxx')
})
