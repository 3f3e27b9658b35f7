import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNewEvent } from '../../../src/core/boundary/parse-event.ts'
import { Fault } from '../../../src/core/errors.ts'
import { deadLetterEvent, refusedEvent } from '../../../src/intake/dead-letter.ts'

const RECEPTION = {
  receivedMicros: Date.UTC(2026, 10, 1) * 1000,
  tenant: 'red',
  anyTenant: false,
  source: { kind: 'distribution', name: 'hub' },
}

/** What of a body is in the event. */
function kept(body: Buffer) {
  const { event } = parseNewEvent(deadLetterEvent({ reason: 'why', body }), RECEPTION)
  const { encoding, body: text, truncated, bytes } = event.details ?? {}
  const bytesKept = Buffer.from(String(text), encoding === 'base64' ? 'base64' : 'utf8')
  return { bytesKept, truncated, bytes, encoding }
}

test('any body of up to 40 KiB is kept byte for byte in an event that the ledger takes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 20 }), (part, n) => {
      const body = Buffer.concat(Array.from({ length: n }, () => part))
      expect(kept(body)).toMatchObject({ bytesKept: body, truncated: false, bytes: body.length })
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['control characters, six bytes each in JSON', Buffer.alloc(40 * 1024, 1)],
  ['quotes', Buffer.alloc(40 * 1024, '"')],
  ['NULs', Buffer.alloc(40 * 1024, 0)],
  ['lone surrogates in UTF-8', Buffer.from([0xed, 0xa0, 0x80])],
  ['nothing', Buffer.alloc(0)],
])('a body of %s is kept whole', (_what, body) => {
  expect(kept(body)).toMatchObject({ bytesKept: body, truncated: false })
})

test('a longer body is cut between characters', () => {
  for (const shift of ['', 'a', 'aa', 'aaa']) {
    const body = Buffer.from(shift + '🐳'.repeat(20_000))
    const { bytesKept, truncated, bytes, encoding } = kept(body)
    expect({ truncated, bytes, encoding }).toEqual({
      truncated: true,
      bytes: body.length,
      encoding: 'utf-8',
    })
    expect(body.subarray(0, bytesKept.length)).toEqual(bytesKept)
    expect(bytesKept.length).toBeGreaterThan(40 * 1024 - 4)
  }
})

test('the same body is the same event for its source', () => {
  const eventId = (body: string) =>
    parseNewEvent(deadLetterEvent({ reason: body, body: Buffer.from('x') }), RECEPTION).event.source
      .eventId
  expect(eventId('one reason')).toBe(eventId('another reason'))
})

test('whatever the reason holds, the ledger takes the event, with the body whole', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\ud800', '\0', '\u0001', '🐳'),
  )
  fc.assert(
    fc.property(part, fc.integer({ min: 0, max: 3000 }), (text, times) => {
      const letter = { reason: text.repeat(times), body: Buffer.alloc(40 * 1024, 1) }
      const { event } = parseNewEvent(deadLetterEvent(letter), RECEPTION)
      expect(event.details).toMatchObject({ truncated: false, bytes: 40 * 1024 })
    }),
    { numRuns: 200 },
  )
})

test('an event that was refused is kept however deep it is', () => {
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  const refused = { action: 'none', details: { deep } }
  const { body } = refusedEvent(refused, new Fault('event.invalid'))
  expect(body.toString()).toMatch(/^\{"action":"none","details":\{"deep":\[\[\[/)
  expect(kept(body)).toMatchObject({ truncated: true, bytes: body.length })
})

test('a dead letter has no secret, neither in its body nor in its reason nor in its name', () => {
  const body = Buffer.from('{"action":"?","actor":{"user":"bob"},"url":"https://bob:hunter2@hub/"}')
  const letter = deadLetterEvent({ reason: 'no place for token=hunter2', body })
  expect(JSON.stringify(letter)).not.toContain('hunter2')
  expect(letter.details).toMatchObject({ encoding: 'utf-8', truncated: false, bytes: body.length })
  const other = Buffer.from(body.toString().replace('hunter2', 'hunter3'))
  const otherLetter = deadLetterEvent({ reason: 'no place for token=hunter2', body: other })
  expect(letter.source, 'a digest of a password can be guessed').toEqual(otherLetter.source)
})

test('a body that is kept as base64 is redacted before', () => {
  const body = Buffer.concat([Buffer.from([0xff, 0x00]), Buffer.from(' password=hunter2 ')])
  const { bytesKept, encoding } = kept(body)
  expect(encoding).toBe('base64')
  expect(bytesKept.toString('latin1')).toContain(' password=[redacted] ')
})
