import { describe, expect, test } from 'vitest'
import { sendable } from '../../../../src/cli/client/exported-event.ts'

const sent = (text: string) => {
  const found = sendable({ text, line: 7 })
  return found.kind === 'event' ? found.value.text : found.kind
}

describe('an exported event', () => {
  test('loses what its ledger added, and nothing else', () => {
    const event = { action: 'a.b', received: '2026-11-01T00:00:00.000000Z', details: { seq: 1 } }
    expect(sent(JSON.stringify({ ...event, seq: 4 }))).toBe('{"action":"a.b","details":{"seq":1}}')
  })

  test('is skipped when Waybill recorded it of itself', () => {
    const event = { source: { kind: 'waybill', name: 'x' }, received: '2026-11-01', seq: 0 }
    expect(sent(JSON.stringify(event))).toBe('own')
  })
})

test.each([
  '{"action":"a.b","details":{"n":12345678901234567890,"seq":1}}',
  '{"action":"a.b","seq":1}',
  '{"action":"a.b","received":"2026-11-01T00:00:00Z"}',
  '{"action":"a.b","source":{"kind":"waybill"}}',
])("a sender's own event is sent unchanged, for the server to judge: %s", (text) => {
  expect(sent(text)).toBe(text)
})
