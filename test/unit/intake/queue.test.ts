import { expect, onTestFinished, test, vi } from 'vitest'
import type { Event } from '../../../src/core/event/event.ts'
import { createClock, parseTimestamp } from '../../../src/core/time/timestamp.ts'
import { EventQueue, type LeftOut } from '../../../src/intake/queue.ts'
import type { Append } from '../../../src/ledger/append/append.ts'

/** A queue into an array, whose store waits until it is released. */
function blockedQueue() {
  const stored: Event[] = []
  let release = () => undefined as unknown
  const blocked = new Promise((resolve) => {
    release = () => resolve(undefined)
  })
  let refusals = 0
  const append: Append = async ({ drafts }) => {
    if (refusals > 0) {
      refusals -= 1
      throw new Error('the disk is full')
    }
    await blocked
    stored.push(...drafts.map(({ event }) => event))
    return { accepted: drafts.length, duplicates: 0, first: 0, last: 0, replayed: false }
  }
  const leftOut: LeftOut[] = []
  const queue = new EventQueue({
    append,
    source: { kind: 'waybill', name: 'o' },
    clock: createClock(),
    contents: 'uses of tokens',
    leftOutEvent: (told) => {
      leftOut.push(told)
      return { action: 'token.leave-out-uses', tenant: told.tenant, details: { count: told.count } }
    },
    trouble: () => undefined,
  })
  const refuseNext = () => {
    refusals += 1
    release()
  }
  return { queue, stored, leftOut, release: () => release(), refuseNext }
}

test('more events than there is room for are counted by tenant, and reported', async () => {
  const { queue, stored, leftOut, release } = blockedQueue()
  const count = 30_000
  let taken = 0
  for (let added = 0; added < count; added += 1) {
    if (queue.add('red', { action: 'token.use', tenant: 'red' })) taken += 1
  }
  queue.leaveOut('blue')
  release()
  await queue.close()
  const told = stored.filter(({ action }) => action === 'token.leave-out-uses')
  expect(told.map(({ tenant }) => tenant).sort()).toEqual(['blue', 'red'])
  const sum = told.reduce((total, { details }) => total + Number(details?.['count']), 0)
  expect(sum).toBe(count - taken + 1)
  expect(stored.length - told.length).toBe(taken)
  const now = parseTimestamp(stored[0]?.received ?? '') ?? 0
  for (const { fromMicros, toMicros } of leftOut) {
    expect(fromMicros).toBeLessThanOrEqual(toMicros)
    expect(toMicros).toBeGreaterThan(now - 60_000_000)
  }
})

test('what is no event is kept as a dead letter, and holds nothing else up', async () => {
  const { queue, stored, release } = blockedQueue()
  queue.add('red', { action: 'nonsense', tenant: 'red' })
  queue.add('red', { action: 'token.use', tenant: 'red' })
  release()
  await queue.close()
  expect(stored.map(({ action, tenant }) => [action, tenant])).toEqual([
    ['source.dead-letter', 'red'],
    ['token.use', 'red'],
  ])
})

test('an event that is waited for is stored by then, as the last of a full batch too', async () => {
  const { queue, stored, release } = blockedQueue()
  release()
  for (let added = 1; added < 500; added += 1) {
    queue.add('red', { action: 'token.use', tenant: 'red' })
  }
  await queue.store('red', { action: 'token.revoke', tenant: 'red' })
  expect(stored.map(({ action }) => action)).toContain('token.revoke')
  await queue.store('red', { action: 'token.create', tenant: 'red' })
  expect(stored.at(-1)?.action).toBe('token.create')
})

test('a refusal ends every wait, and a later event waits for its own batch', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { queue, stored, refuseNext } = blockedQueue()
  refuseNext()
  await queue.store('red', { action: 'token.use', tenant: 'red' })
  await queue.store('red', { action: 'token.use', tenant: 'red' })
  expect(stored).toEqual([])
  vi.setSystemTime(Date.now() + 1_000)
  await queue.store('red', { action: 'token.revoke', tenant: 'red' })
  expect(stored.map(({ action }) => action)).toEqual(['token.use', 'token.use', 'token.revoke'])
})
