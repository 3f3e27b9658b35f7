import { describe, expect, it } from 'vitest'
import {
  type EventBodyForm,
  parseEventBody,
} from '../../../../src/core/boundary/parse-event-body.ts'
import { Fault } from '../../../../src/core/errors.ts'

const reception = {
  receivedMicros: Date.UTC(2026, 10, 22) * 1000,
  tenant: 'default',
  anyTenant: false,
  source: { kind: 'api', name: 'alice' },
}
const MARK = '\u{feff}'

const push = (message: string) => `{"action":"image.push","message":"${message}"}`

function messages(body: string, form: EventBodyForm): readonly unknown[] {
  return parseEventBody(Buffer.from(body), form, reception).map(({ event }) => event.message)
}

function faultOf(body: string, form: EventBodyForm): Fault {
  try {
    messages(body, form)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('the body was accepted')
}

describe('a byte-order mark', () => {
  it('is passed over at the start of a body, however its events are read', () => {
    expect(messages(`${MARK}${push('a')}`, 'json')).toEqual(['a'])
    expect(messages(`${MARK}[${push('a')},${push('b')}]`, 'json')).toEqual(['a', 'b'])
    // Escapes are for the parser; an event without them is transcribed.
    expect(messages(`${MARK}${push('\\u0041')}`, 'json')).toEqual(['A'])
  })

  it('and of each line', () => {
    const lines = [`${MARK}${push('a')}\r`, `${MARK}${push('\\u0062')}`, MARK, push(`${MARK}c`)]
    expect(messages(lines.join('\n'), 'ndjson')).toEqual(['a', 'b', `${MARK}c`])
  })

  it('stays inside of texts, and is refused between tokens', () => {
    expect(messages(push(`${MARK}x`), 'json')).toEqual([`${MARK}x`])
    expect(faultOf(`[${MARK}${push('a')}]`, 'json').code).toBe('request.malformed')
    expect(faultOf(`${push('a')}${MARK}${push('b')}`, 'ndjson').code).toBe('request.malformed')
    expect(faultOf(MARK, 'json').code).toBe('request.malformed')
  })

  it('leaves the body as it was sent: an Idempotency-Key goes with its bytes', () => {
    const body = Buffer.from(`${MARK}${push('a')}`)
    const before = Buffer.from(body)
    parseEventBody(body, 'ndjson', reception)
    expect(body).toEqual(before)
  })
})

describe('a JSON text sequence', () => {
  it('has records that may be empty or of several lines', () => {
    const pretty = JSON.stringify({ action: 'image.push', message: 'b' }, undefined, 2)
    const body = `\x1e${push('a')}\n\x1e\x1e\n\x1e${pretty}\r\n\x1e${MARK}${push('c')}\n`
    expect(messages(body, 'json-seq')).toEqual(['a', 'b', 'c'])
  })

  it('is refused with the record that is no JSON, and with a body that has none', () => {
    expect(faultOf(`\x1e${push('a')}\n\x1e{"a":\n`, 'json-seq').detail).toContain('record 2')
    expect(faultOf(`\x1e${push('a\nb')}\n`, 'json-seq').code).toBe('request.malformed')
    expect(faultOf(`${push('a')}\n`, 'json-seq').detail).toContain('0x1E')
    expect(faultOf('\x1e', 'json-seq').code).toBe('request.malformed')
    expect(faultOf('', 'json-seq').code).toBe('request.malformed')
  })
})

describe('events on lines of their own that are sent as one JSON text', () => {
  it.each([
    `${push('a')}\n${push('b')}\n`,
    `${push('a')}${push('b')}`,
    `${MARK}${push('a')}\r\n\r\n${push('b')}`,
  ])('are refused with the media type that they have', (body) => {
    expect(faultOf(body, 'json').detail).toContain('application/x-ndjson')
  })

  it.each(['{"action":', '{"a":1}]', '[{"a":1}{"b":2}]', 'x'])(
    'and nothing else is: %s',
    (body) => {
      expect(faultOf(body, 'json').detail).not.toContain('application/x-ndjson')
    },
  )
})
