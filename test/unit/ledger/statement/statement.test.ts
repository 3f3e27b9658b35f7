import { expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/core/event/event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { ownDraft } from '../../../../src/ledger/audit-trail.ts'
import { statedRange, statementEvent } from '../../../../src/ledger/statement/statement.ts'

const STATEMENT = { from: 3, to: 9, count: 2, rootHash: 'ab'.repeat(32), previous: 5 }

const { event } = ownDraft(statementEvent('ta', 'here', STATEMENT), {
  origin: 'here',
  clock: createClock(),
})

test('a statement is read from its event as it was made', () => {
  expect(statedRange({ event, seq: 9 })).toEqual({ ...STATEMENT, tenant: 'ta', seq: 9 })
  expect(event.source).toEqual({ kind: 'waybill', name: 'here', eventId: 'ledger-statement/3' })
})

test('an event that a sender calls a statement is none', () => {
  const sent = { ...event, source: { kind: 'api', name: 'here' } }
  expect(statedRange({ event: sent, seq: 9 })).toBeUndefined()
  expect(statedRange({ event: { ...event, action: 'ledger.verified' }, seq: 9 })).toBeUndefined()
})

test.each<[string, JsonObject]>([
  ['without a member', { from: 3, to: 9, count: 2, previous: null }],
  ['with a root of another length', { ...STATEMENT, rootHash: 'ab' }],
  ['of a fraction', { ...STATEMENT, from: 2.5 }],
  ['of a negative seq', { ...STATEMENT, from: -1 }],
  ['of an empty range', { ...STATEMENT, from: 9 }],
  ['of what comes after it', { ...STATEMENT, to: 10 }],
  ['with a text for the one before', { ...STATEMENT, previous: '5' }],
])('a statement %s is not one', (_what, details) => {
  expect(statedRange({ event: { ...event, details }, seq: 9 })).toBeUndefined()
})
