import { describe, expect, it } from 'vitest'
import {
  type EventBodyForm,
  parseEventBody,
} from '../../../../src/core/boundary/parse-event-body.ts'
import { Fault } from '../../../../src/core/errors.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_EVENTS_MAX,
  PROBLEMS_NAMED_MAX,
} from '../../../../src/core/limits.ts'
import { parseTimestamp } from '../../../../src/core/time/timestamp.ts'

const reception = {
  receivedMicros: parseTimestamp('2026-11-22T12:00:00.000001Z') ?? 0,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'api', name: 'alice' },
}

function parse(body: string | Buffer, form: EventBodyForm = 'json') {
  return parseEventBody(Buffer.from(body), form, reception)
}

function faultOf(body: string | Buffer, form: EventBodyForm = 'json'): Fault {
  try {
    parse(body, form)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('the body was accepted')
}

describe('an event at the boundary', () => {
  it('has 65,535 bytes of canonical text at most', () => {
    const withText = (length: number) =>
      parse(`{"action":"image.push","details":{"text":"${'x'.repeat(length)}"}}`)
    const bytes = (length: number) => Buffer.byteLength(withText(length)[0]?.canonical ?? '')
    const others = bytes(1) - 1
    expect(bytes(65_535 - others)).toBe(65_535)
    expect(() => withText(65_536 - others)).toThrow(
      expect.objectContaining({
        problems: [{ path: '', expected: 'an event of at most 65535 bytes' }],
      }),
    )
    // The parser has the same limit as what copies plain texts.
    const escaped = (length: number) =>
      parse(
        `{"action":"image.push","message":"\\u0041","details":{"text":"${'x'.repeat(length)}"}}`,
      )
    const othersEscaped = Buffer.byteLength(escaped(1)[0]?.canonical ?? '') - 1
    expect(escaped(65_535 - othersEscaped)).toHaveLength(1)
    expect(() => escaped(65_536 - othersEscaped)).toThrow(Fault)
  })

  it('gets what its sender left out', () => {
    const [draft] = parse('{"action":"image.push"}')
    expect(draft?.canonical).toBe(
      `{"action":"image.push","actor":null,"category":"image","id":"${draft?.event.id}",` +
        '"level":"info","outcome":"unknown","received":"2026-11-22T12:00:00.000001Z",' +
        '"source":{"kind":"api","name":"alice"},"tenant":"default",' +
        '"time":"2026-11-22T12:00:00.000001Z"}',
    )
    expect(draft?.event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
    expect(draft?.deduplicate).toBe(false)
  })

  it('treats empty texts and empty objects as left out', () => {
    const [full] = parse(
      '{"action":"image.push","message":"","details":{},"target":{"tag":""},"client":{},' +
        '"actor":{"name":""},"nativeAction":null,"source":{}}',
    )
    expect(full?.event).toEqual({
      ...parse('{"action":"image.push"}')[0]?.event,
      id: full?.event.id,
    })
  })

  it('is named by its id, and its event id gives its id when that is a UUID', () => {
    const id = '0199C3F0-0000-7000-8000-00000000000A'
    const [byId] = parse(`{"action":"image.push","id":"${id}"}`)
    expect(byId?.event.id).toBe(id.toLowerCase())
    expect(byId?.event.source.eventId).toBe(id.toLowerCase())
    expect(byId?.deduplicate).toBe(true)
    const [byEventId] = parse(`{"action":"image.push","source":{"eventId":"${id}"}}`)
    expect(byEventId?.event.id).toBe(id.toLowerCase())
    expect(byEventId?.event.source.eventId).toBe(id)
  })

  it('keeps details exactly, in canonical order', () => {
    const [draft] = parse(
      '{"action":"image.push","details":{"b":[1.50,{"z":1,"a":null}],"a":"\\u20ac"}}',
    )
    expect(draft?.canonical).toContain('"details":{"a":"€","b":[1.5,{"a":null,"z":1}]},')
  })

  it('keeps numbers in its details that no double can hold as text', () => {
    const numbers = '{"a":12345678901234567890,"b":[1e400,1.0,1e2,-0,0.1]}'
    for (const form of ['json', 'ndjson'] as const) {
      const [draft] = parse(`{"action":"image.push","details":${numbers}}`, form)
      expect(draft?.canonical).toContain(
        '"details":{"a":"12345678901234567890","b":["1e400",1,100,0,0.1]},',
      )
    }
  })

  it.each([
    ['success', 'info'],
    ['pending', 'info'],
    ['unknown', 'info'],
    ['', 'info'],
    ['failure', 'error'],
    ['denied', 'error'],
  ])('has the level of its outcome when it states none: %s is %s', (outcome, level) => {
    const levelOf = (event: object) => parse(JSON.stringify(event))[0]?.event.level
    // Only known actions are transcribed; the other event takes the way of the parser.
    for (const action of ['image.push', 'image.fly']) {
      expect(levelOf({ action, outcome })).toBe(level)
      expect(levelOf({ action, outcome, level: 'warn' })).toBe('warn')
    }
  })

  it('with an IPv6 zone has the address, and keeps what was sent', () => {
    const [draft] = parse(
      '{"action":"image.push","client":{"ip":"fe80::1%eth0"},"details":{"z":1,"asSent":{"/x":2}}}',
    )
    expect(draft?.event.client).toEqual({ ip: 'fe80::1' })
    expect(draft?.canonical).toContain(
      '"details":{"asSent":{"/client/ip":"fe80::1%eth0","/x":2},"z":1},',
    )
    for (const ip of ['10.0.0.1%eth0', 'fe80::1%', 'fe80::1%a b', '%eth0', 'fe80::1%a\u0000']) {
      const fault = faultOf(JSON.stringify({ action: 'image.push', client: { ip } }))
      expect(fault.problems).toMatchObject([{ path: '/client/ip' }])
    }
  })

  it('with an action outside of the catalogue has to state a category it does not imply', () => {
    expect(parse('{"action":"pipeline.step.run"}')[0]?.event.category).toBe('pipeline')
    expect(faultOf('{"action":"rocket.launch"}').problems).toMatchObject([{ path: '/category' }])
    expect(parse('{"action":"rocket.launch","category":"system"}')).toHaveLength(1)
  })
})

describe('bad input is refused by name', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an unknown field', '{"action":"image.push","colour":1}', '/colour'],
    ['a field that answers alone have', '{"action":"image.push","seq":1}', '/seq'],
    ['an unknown inner field', '{"action":"image.push","target":{"a/b":1}}', '/target/a~1b'],
    ['a wrong type', '{"action":7}', '/action'],
    ['no action', '{}', '/action'],
    ['an action without a verb', '{"action":"image"}', '/action'],
    ['an unknown level', '{"action":"image.push","level":"INFO"}', '/level'],
    ['no object', '"event"', ''],
    ['an id that is no UUID', '{"action":"image.push","id":"7"}', '/id'],
    ['the year 0', '{"action":"image.push","time":"0000-01-01T00:00:00Z"}', '/time'],
    ['the year 99999', '{"action":"image.push","time":"99999-01-01T00:00:00Z"}', '/time'],
    ['the year 2200', '{"action":"image.push","time":"2200-01-01T00:00:00Z"}', '/time'],
    ['an address with a port', '{"action":"image.push","client":{"ip":"1.2.3.4:5"}}', '/client/ip'],
    ['a bad digest', '{"action":"image.push","target":{"digest":"abc"}}', '/target/digest'],
    ['another tenant', '{"action":"image.push","tenant":"other"}', '/tenant'],
    ['a lone surrogate', '{"action":"image.push","message":"\\ud800"}', '/message'],
    ['a NUL', '{"action":"image.push","details":{"a":["x\\u0000"]}}', '/details/a/0'],
    ['a NUL in a key', '{"action":"image.push","details":{"\\u0000":1}}', '/details'],
    ['a message that is a number', '{"action":"image.push","message":1e400}', '/message'],
    ['a duplicate key', '{"action":"image.push","action":"image.pull"}', ''],
    ['a duplicate inner key', '{"action":"image.push","details":{"a":1,"\\u0061":2}}', ''],
    [
      '`..` in a path',
      '{"action":"image.push","target":{"repository":"a/../b"}}',
      '/target/repository',
    ],
    [
      '%2F in a path',
      '{"action":"image.push","target":{"repository":"a%2Fb"}}',
      '/target/repository',
    ],
    [
      'a path of 300 characters',
      `{"action":"image.push","target":{"repository":"${'a'.repeat(300)}"}}`,
      '/target/repository',
    ],
    [
      'details 200 levels deep',
      `{"action":"image.push","details":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`,
      '/details',
    ],
    [
      'an event over its size',
      `{"action":"image.push","details":{"a":"${'é'.repeat(40_000)}"}}`,
      '',
    ],
  ]
  it.each(cases)('%s', (_name, body, path) => {
    const fault = faultOf(body)
    expect(fault.code).toBe('event.invalid')
    expect(fault.problems.map((problem) => problem.path)).toContain(path)
    expect(fault.problems.every((problem) => problem.expected.length > 0)).toBe(true)
  })

  it('with the index of each bad event of a batch, and nothing is taken', () => {
    const fault = faultOf(
      '[{"action":"image.push"},{"action":"x"},{"time":"y","action":"image.pull"}]',
    )
    expect(fault.problems.map(({ index, path }) => [index, path])).toEqual([
      [1, '/action'],
      [2, '/time'],
    ])
    const lines = faultOf('{"action":"image.push"}\n\n{"action":"image.push","a":1}\n', 'ndjson')
    expect(lines.problems).toMatchObject([{ index: 1, path: '/a' }])
  })

  it('with the line of NDJSON that is not JSON', () => {
    const fault = faultOf('{"action":"image.push"}\n{oops\n', 'ndjson')
    expect(fault.code).toBe('request.malformed')
    expect(fault.detail).toContain('line 2')
  })

  it('that is no UTF-8, is empty, or is nested without end', () => {
    expect(faultOf(Buffer.from([0x7b, 0xff, 0x7d])).code).toBe('request.malformed')
    expect(faultOf('').code).toBe('request.malformed')
    expect(faultOf('\n', 'ndjson').code).toBe('request.malformed')
    expect(faultOf('[]').code).toBe('request.malformed')
    const depth = 100_000
    expect(faultOf(`${'['.repeat(depth)}${']'.repeat(depth)}`).code).toBe('event.invalid')
  })

  it('as one event too large to be worth parsing', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"key${index}":1`).join(',')
    const event = `{"action":"image.push","details":{${keys}}}`
    expect(faultOf(event).code).toBe('request.too-large')
    expect(faultOf(`[{"action":"image.push"},${event}]`).code).toBe('request.too-large')
    expect(faultOf(`{"action":"image.push"}\n${event}\n`, 'ndjson').code).toBe('request.too-large')
  })

  it('as details of more members than an event has room for', () => {
    const keys = Array.from({ length: 30_000 }, (_, index) => `"${index}x":1`).join(',')
    const fault = faultOf(`{"action":"image.push","details":{${keys}}}`)
    expect(fault.problems).toMatchObject([{ path: '/details' }])
  })

  it('by many problems, of which the first are named', () => {
    const keys = Array.from({ length: 30_000 }, (_, index) => `"x${index}":1`).join(',')
    const fault = faultOf(`{"action":"image.push",${keys}}`)
    expect(fault.problems).toHaveLength(PROBLEMS_NAMED_MAX)
  })

  it('that is over the limits of a batch', () => {
    const events = '{"action":"image.push"}\n'.repeat(BATCH_EVENTS_MAX + 1)
    expect(faultOf(events, 'ndjson').code).toBe('request.too-large')
    expect(faultOf(Buffer.alloc(BATCH_BYTES_MAX + 1, 0x20)).code).toBe('request.too-large')
  })
})

describe('strings that look like members', () => {
  it('do not count as duplicate keys', () => {
    const message = '{\\"a\\":1,\\"a\\":2}'
    const [draft] = parse(
      `{"action" : "image.push" , "message":"${message}","details":{"a":"\\":"}}`,
    )
    expect(draft?.event.message).toBe('{"a":1,"a":2}')
  })
})
