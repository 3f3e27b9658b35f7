import { expect, test } from 'vitest'
import type { Event } from '../../../../src/core/event/event.ts'
import { presenterOf } from '../../../../src/dialects/opsera/present.ts'
import type { LogName } from '../../../../src/dialects/opsera/selection.ts'
import { eventOf } from '../../../support/store-events.ts'

function row(log: LogName, fields: Partial<Event>) {
  return presenterOf(log, (tenant) => tenant)({ event: eventOf(fields), origin: 'o', seq: 0 })
}

test.each([
  ['auth.login', 'login'],
  ['repository.create', 'create'],
  ['policy.change', 'update'],
  ['user.remove', 'delete'],
  ['container.delete', 'delete'],
])('%s is the action of what was done alone', (action, word) => {
  for (const log of ['actions', 'audit'] as const) {
    const shown = (outcome: Event['outcome']) => row(log, { action, outcome })['action']
    expect(shown('success')).toBe(word)
    expect(shown('unknown')).toBe(word)
    expect(shown('failure')).toBe(`${word}-failed`)
    expect(shown('denied')).toBe(`${word}-denied`)
    expect(shown('pending')).toBe(`${word}-pending`)
  }
})

test('version 2 says how an act ended that is not known to be done', () => {
  const attributes = (outcome: Event['outcome'], details?: Event['details']) =>
    row('audit', { outcome, details })['attributes']
  expect(attributes('failure')).toEqual({ outcome: 'failure' })
  expect(attributes('denied', { size: 3, outcome: 'success' })).toEqual({
    size: 3,
    outcome: 'denied',
  })
  expect(attributes('unknown', { size: 3 })).toEqual({ size: 3, outcome: 'unknown' })
  expect(attributes('success', { size: 3 })).toEqual({ size: 3 })
  expect(attributes('success')).toBeUndefined()
})

test('what was collected keeps its action and attributes, however it ended', () => {
  const source = { kind: 'opsera', name: 'main' }
  const collected = { source, nativeAction: 'Delete', outcome: 'failure' } as const
  expect(row('audit', { ...collected, details: { attributes: { a: 1 } } })).toMatchObject({
    action: 'Delete',
    attributes: { a: 1 },
  })
})

test('a step says how it ended in its status', () => {
  const step = row('pipelines', { action: 'build.start', outcome: 'failure' })
  expect(step).toMatchObject({ action: 'start', status: 'failure' })
})
