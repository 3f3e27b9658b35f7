import { describe, expect, test } from 'vitest'
import { redactBody } from '../../../../src/sources/bodies/redacted-body.ts'
import { redactTranslation } from '../../../../src/sources/bodies/redacted-translation.ts'

const X = '[redacted]'

describe('an event of a source', () => {
  const event = {
    source: { eventId: 'token=hunter2' },
    action: 'image.pull',
    nativeAction: 'pull',
    actor: { name: 'token-robot:prod', id: `ghp_${'a1B2'.repeat(9)}`, kind: 'user' as const },
    target: { name: 'auth-token:prod', namespace: 'team' },
    client: { ip: '192.0.2.7', userAgent: 'tool --password hunter2' },
    message: 'pulled with token=hunter2',
    details: { request: { url: 'https://bob:hunter2@hub/?token=hunter2', auth: ['hunter2'] } },
  }

  test('has no secret in its texts and details, and keeps the names that it is found by', () => {
    const { events } = redactTranslation({ events: [event], deadLetters: [], skipped: {} })
    expect(events).toEqual([
      {
        ...event,
        actor: { ...event.actor, id: X },
        client: { ip: '192.0.2.7', userAgent: `tool --password ${X}` },
        message: `pulled with token=${X}`,
        details: { request: { url: `https://bob:${X}@hub/?token=${X}`, auth: X } },
      },
    ])
  })

  test('may have anything in its fields', () => {
    const odd = JSON.parse(
      '{"action":7,"actor":["PASSWORD=hunter2"],"target":{"name":{"password":"hunter2"}},' +
        '"message":{"text":"TOKEN=hunter2"},"details":"TOKEN=hunter2"}',
    )
    const { events } = redactTranslation({ events: [odd], deadLetters: [], skipped: {} })
    expect(JSON.stringify(events)).not.toContain('hunter2')
    expect(events).toMatchObject([{ action: 7, target: { name: { password: X } } }])
  })
})

describe('bytes', () => {
  const text = '{"a":1e400,"cmd":"x\\u002d\\u002dpassword hunter2"}'
  const bodies: readonly (readonly [string, Buffer])[] = [
    ['JSON with escapes', Buffer.from('{"p\\u0061ssword":"hunter2","n":12345678901234567890}')],
    ['JSON', Buffer.from(text.replaceAll('\\u002d', '-'))],
    ['JSON with a name twice', Buffer.from('{"password":"hunter2","password":""}')],
    ['JSON that was cut', Buffer.from('{"password":"hunter2')],
    ['JSON that is nested deep', Buffer.from(`${'['.repeat(99)}{"password":"hunter2"}`)],
    ['a form', Buffer.from('user=bob&password=hunter2&a=b')],
    ['UTF-16', Buffer.from('\ufeff{"password":"hunter2"}', 'utf16le')],
    ['UTF-16, the other way', Buffer.from('{"password":"hunter2"}', 'utf16le').swap16()],
    ['no text', Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(' token=hunter2 ')])],
    ['more than is kept', Buffer.from(`${'x '.repeat(200_000)}password=hunter2`)],
    ['more than is kept, cut in a secret', Buffer.from(`${'x '.repeat(32_764)}curl -u a:hunter2`)],
  ]
  test.each(bodies)('that are %s have no secret in them', (_what, body) => {
    const kept = redactBody(body).body
    expect(kept.toString('latin1').replaceAll('\0', '')).not.toContain('hunter')
  })

  test.each([
    ['text', Buffer.from('{"a": 12345678901234567890, "b":\t[1.0]}')],
    ['no text', Buffer.from([0xff, 0x00, 0x80, 0x41])],
    ['nothing', Buffer.alloc(0)],
  ])('that are %s without a secret stay as they are', (_what, body) => {
    expect(redactBody(body)).toEqual({ body, isCut: false, isRedacted: false })
  })
})
