import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openEnvelope } from '../../../../src/sources/engine/envelope.ts'
import { eventsOf, ID, line, translate } from './captured.ts'

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
  ['not JSON', '{"Type":', 'a line is not a JSON object'],
  ['a list', '[]', 'a line is not a JSON object'],
  ['two values', '{"Type":"a","Action":"b"} {}', 'a line is not a JSON object'],
  ['no words', '{"timeNano":1795349746273326421}', 'an event has neither `Type` nor `Action`'],
  ['no time', '{"Type":"container","Action":"start"}', 'an event has no time'],
  ['another unit', '{"Type":"image","Action":"tag","timeNano":1795349746}', 'an event has no time'],
])('what cannot be read is kept with the reason: %s', (_what, text, reason) => {
  const { events, deadLetters } = translate(`${text}\n`)
  expect(events).toEqual([])
  expect(deadLetters).toEqual([{ reason, body: Buffer.from(text) }])
})

test('bytes that are no UTF-8 are not read', () => {
  expect(openEnvelope(Buffer.from([0x7b, 0xff, 0x7d]))).toHaveProperty('unreadable')
})

describe('an odd member costs no more than itself', () => {
  const TIME = '"timeNano":1795349746273326421'

  test.each([
    ['a type that is no text', `{"Type":7,"Action":"start","from":"app:1",${TIME}}`, { Type: 7 }],
    ['an action that is a list', `{"Type":"container","Action":["a"],${TIME}}`, { Action: ['a'] }],
    [
      'an actor that is a text',
      `{"Type":"container","Action":"start","Actor":"x",${TIME}}`,
      { Actor: 'x' },
    ],
    [
      'an unknown member',
      `{"Type":"x","Action":"y","New":{"a":[1,1e400]},${TIME}}`,
      { New: { a: [1, '1e400'] } },
    ],
    [
      'a member of the actor',
      `{"Type":"x","Action":"y","Actor":{"ID":"1","Who":"me"},${TIME}}`,
      { Actor: { Who: 'me' } },
    ],
    [
      'attributes that are a list',
      `{"Type":"x","Action":"y","Actor":{"Attributes":[1]},${TIME}}`,
      { Actor: { Attributes: [1] } },
    ],
    [
      'an id that is a number',
      `{"Type":"x","Action":"y","Actor":{"ID":12345678901234567890},${TIME}}`,
      { Actor: { ID: '12345678901234567890' } },
    ],
    [
      'a scope that is no text',
      `{"Type":"x","Action":"y","scope":false,${TIME}}`,
      { scope: false },
    ],
    [
      'an old name that says something else',
      `{"Type":"x","Action":"y","status":"z",${TIME}}`,
      { status: 'z' },
    ],
    ['a time that does not fit', `{"Type":"x","Action":"y","time":5,${TIME}}`, { time: 5 }],
    [
      'a secret',
      `{"Type":"x","Action":"y","New":{"password":"hunter2"},${TIME}}`,
      { New: { password: '[redacted]' } },
    ],
  ])('%s', (_what, text, details) => {
    const [event] = eventsOf(`${text}\n`)
    expect(event?.time).toBe('2026-11-22T12:15:46.273326Z')
    expect(event?.details).toMatchObject(details)
  })

  test.each([
    ['seconds', '"time":1795349746', '1795349746000000000'],
    ['a part of a second', '"time":1795349746.273326421', '1795349746273326421'],
    ['text', '"timeNano":"1795349746273326421"', '1795349746273326421'],
    ['a power of ten', '"timeNano":1.7953497e18', '1795349700000000000'],
    ['RFC 3339', '"time":"2026-11-22T12:15:46.273Z"', '1795349746273000000'],
    [
      'seconds, with nanoseconds of no use',
      '"timeNano":0,"time":1795349746',
      '1795349746000000000',
    ],
    ['keys in another case', '"TIMENANO":1795349746273326421', '1795349746273326421'],
  ])('a time that is %s', (_what, time, timeNano) => {
    const [event] = eventsOf(`{"Type":"container","Action":"start",${time}}\n`)
    expect(event?.details?.['timeNano']).toBe(timeNano)
  })

  test('what is missing of the actor is in the old names', () => {
    const [event] = eventsOf(`{"status":"start","id":"${ID}","from":"team/app:1",${TIME}}\n`)
    const target = { type: 'container', id: ID, namespace: 'team', repository: 'app' }
    expect(event).toMatchObject({
      action: 'container.start',
      target,
      details: { image: 'team/app:1' },
    })
  })

  test('two actors are one, as Go reads them', () => {
    const actors = `"Actor":{"ID":"${ID}"},"actor":{"Attributes":{"name":"web"}}`
    const [event] = eventsOf(`{"Type":"container","Action":"start",${actors},${TIME}}\n`)
    expect(event?.target).toMatchObject({ id: ID, name: 'web' })
  })

  test('attributes of any form are kept as text', () => {
    const attributes = '"name":"web","exitCode":137,"a":null,"b":[1],"c":{"d":12345678901234567890}'
    const [event] = eventsOf(
      `{"Type":"container","Action":"die","Actor":{"ID":"${ID}","Attributes":{${attributes}}},${TIME}}\n`,
    )
    expect(event).toMatchObject({
      outcome: 'failure',
      details: {
        exitCode: '137',
        labels: { a: 'null', b: '[1]', c: '{"d":12345678901234567890}' },
      },
    })
  })

  test('no attribute takes the place of what Waybill says', () => {
    const Attributes = { timeNano: '7', labels: 'x', scope: 'y', other: 'z' }
    const [event] = eventsOf(line({ Type: 'pod', Action: 'create', Attributes }))
    expect(event?.details).toEqual({
      ...{ timeNano: '1795349746273326421', scope: 'local', other: 'z', labels: 'x' },
      attributes: { timeNano: '7', scope: 'y' },
    })
  })

  test('whatever a line says, it is an event or a dead letter', () => {
    const value = fc.jsonValue({ noUnicodeString: false, depthSize: 'small' })
    const members = ['Type', 'Action', 'Actor', 'scope', 'status', 'id', 'from', 'HealthStatus']
    const odd = fc.record(Object.fromEntries(members.map((name) => [name, value])), {
      requiredKeys: [],
    })
    fc.assert(
      fc.property(odd, (one) => {
        const text = `${JSON.stringify({ ...one, time: 1795349746 })}\n`
        const { events, deadLetters } = translate(text)
        expect(events.length + deadLetters.length).toBe(1)
        expect(eventsOf(text).length).toBe(events.length)
      }),
    )
  })
})

test('a line over the limit is kept with its secrets taken out', () => {
  const { deadLetters } = translate(
    `{"Action":"exec_create: login --password hunter2 ${'x'.repeat(300 * 1024)}"}\n`,
  )
  expect(deadLetters.map(({ reason }) => reason)).toEqual(['a line is longer than 262144 bytes'])
  expect(deadLetters[0]?.body.toString()).toContain('login --password [redacted] xxx')
})
