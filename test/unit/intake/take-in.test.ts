import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseReportedEvent } from '../../../src/core/boundary/parse-reported-event.ts'
import type { Event } from '../../../src/core/event/event.ts'
import { readOrRefused } from '../../../src/intake/dead-letter.ts'
import { named } from '../../../src/intake/queue.ts'
import { appendReported, takeIn } from '../../../src/intake/take-in.ts'
import type { Append } from '../../../src/ledger/append/append.ts'

const RECEPTION = {
  receivedMicros: Date.UTC(2026, 10, 1) * 1000,
  tenant: 'red',
  anyTenant: false,
  source: { kind: 'distribution', name: 'hub' },
}

/** A ledger that keeps everything, and how many events came at once. */
function ledgerOf() {
  const stored: Event[] = []
  const sizes: number[] = []
  const append: Append = async ({ drafts }) => {
    stored.push(...drafts.map(({ event }) => event))
    sizes.push(drafts.length)
    return { accepted: drafts.length, duplicates: 0, first: 0, last: 0, replayed: false }
  }
  return { stored, sizes, append }
}

function metricsOf() {
  const counts: [string, string, number][] = []
  return {
    counts,
    skipped: (kind: string, reason: string, count: number) =>
      void counts.push([kind, reason, count]),
    deadLetters: (kind: string, count: number) => void counts.push([kind, 'dead letters', count]),
  }
}

const reported = fc.array(fc.constantFrom('image.push', 'image.pull', 'nonsense', 'no/action'), {
  maxLength: 250,
})

test('each reported event is stored in its order, as a dead letter if it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(reported, async (actions) => {
      const { stored, append } = ledgerOf()
      const events = actions.map((action) => ({ action }))
      const { accepted, refused } = await appendReported(events, RECEPTION, append)
      const isEvent = (action: string) => action.startsWith('image.')
      expect(stored.map(({ action }) => action)).toEqual(
        actions.map((action) => (isEvent(action) ? action : 'source.dead-letter')),
      )
      expect(accepted).toBe(actions.length)
      expect(refused).toBe(actions.filter((action) => !isEvent(action)).length)
      for (const [index, { tenant, source, details }] of stored.entries()) {
        expect([tenant, source.kind, source.name]).toEqual(['red', 'distribution', 'hub'])
        const action = actions[index] ?? ''
        if (!isEvent(action)) expect(details?.['body']).toBe(JSON.stringify({ action }))
      }
    }),
  )
})

test('more events than one append takes are appended in parts, none twice', async () => {
  const { stored, sizes, append } = ledgerOf()
  const events = Array.from({ length: 10_001 }, (_, number) => ({
    action: 'image.pull',
    source: { eventId: `${number}` },
  }))
  await appendReported(events, RECEPTION, append)
  expect(sizes).toEqual([5_000, 5_000, 1])
  expect(new Set(stored.map(({ source }) => source.eventId)).size).toBe(events.length)
})

test('what a source could not read or left out is counted, and no secret is kept', async () => {
  const { stored, append } = ledgerOf()
  const metrics = metricsOf()
  const translation = {
    events: [{ action: 'image.push', message: 'password=hunter2' }, { action: 'nonsense' }],
    deadLetters: [{ reason: 'why', body: Buffer.from('password=hunter2') }],
    skipped: { 'blob event': 3, 'ping event': 1 },
  }
  const taken = await takeIn(translation, RECEPTION, { append, metrics })
  expect(taken).toEqual({ accepted: 3, duplicates: 0, deadLetters: 2, skipped: 4 })
  expect(metrics.counts).toEqual([
    ['distribution', 'dead letters', 2],
    ['distribution', 'blob event', 3],
    ['distribution', 'ping event', 1],
  ])
  expect(stored.map(({ action }) => action)).toEqual([
    'image.push',
    'source.dead-letter',
    'source.dead-letter',
  ])
  expect(JSON.stringify(stored)).not.toContain('hunter2')
})

test('what the ledger refuses is not counted: its sender sends it again', async () => {
  const metrics = metricsOf()
  const append = async () => Promise.reject(new Error('full'))
  const translation = {
    events: [],
    deadLetters: [{ reason: 'why', body: Buffer.from('x') }],
    skipped: { 'blob event': 3 },
  }
  await expect(takeIn(translation, RECEPTION, { append, metrics })).rejects.toThrow('full')
  expect(metrics.counts).toEqual([])
})

test('a refused event keeps the id that it was given', () => {
  const event = named({ action: 'nonsense' }, RECEPTION.receivedMicros)
  const { read, isRefused } = readOrRefused(event, (one) => parseReportedEvent(one, RECEPTION))
  expect(isRefused).toBe(true)
  expect(read.event.id).toBe(event.id)
})
