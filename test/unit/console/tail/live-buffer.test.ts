import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventJson } from '../../../../console/src/api/event.ts'
import {
  continued,
  EMPTY_BUFFER,
  LIVE_EVENTS_MAX,
  type LiveBuffer,
  rateOf,
  withArrival,
  withPast,
} from '../../../../console/src/tail/live-buffer.ts'

function event(seq: number): EventJson {
  return {
    id: `${seq}`,
    seq,
    time: '2026-11-30T00:00:00.000000Z',
    received: '2026-11-30T00:00:00.000000Z',
    tenant: 'default',
    source: { kind: 'api', name: 'x' },
    action: 'image.push',
    category: 'image',
    level: 'info',
    outcome: 'success',
    actor: null,
  }
}

function seqs(buffer: LiveBuffer): readonly number[] {
  return [...buffer.held, ...buffer.shown].map(({ seq }) => seq)
}

test('each event is shown once and in order, over interruptions, repetitions and pauses', () => {
  // How many new events each connection brings, from how far back it begins, and the pauses.
  const step = fc.record({ more: fc.nat(30), back: fc.nat(10), isPaused: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let buffer = EMPTY_BUFFER
      let size = 0
      for (const { more, back, isPaused } of steps) {
        const from = Math.max(0, size - back)
        size += more
        const events = Array.from({ length: size - from }, (_, index) => event(from + index))
        buffer = withArrival(buffer, { events, position: size - 1, atMs: 0 }, isPaused)
      }
      const all = seqs(continued(buffer))
      expect(all).toEqual(Array.from({ length: size }, (_, index) => size - 1 - index))
    }),
  )
})

test('what is older than the stream is added once, up to where the stream began', () => {
  const began = withArrival(EMPTY_BUFFER, { events: [event(7)], position: 7, atMs: 0 }, false)
  const past = [event(7), event(6), event(5)]
  expect(seqs(withPast(began, past, 6))).toEqual([7, 6, 5])
})

test('while the view is paused nothing moves', () => {
  const before = withArrival(EMPTY_BUFFER, { events: [event(0)], position: 0, atMs: 0 }, false)
  const paused = withArrival(before, { events: [event(1)], position: 1, atMs: 0 }, true)
  expect(paused.shown).toBe(before.shown)
  expect(continued(paused).shown.map(({ seq }) => seq)).toEqual([1, 0])
})

test('the view keeps a bounded number of events, and says when it drops some', () => {
  const events = Array.from({ length: LIVE_EVENTS_MAX + 1 }, (_, seq) => event(seq))
  const arrival = { events, position: LIVE_EVENTS_MAX, atMs: 0 }
  const buffer = withArrival(EMPTY_BUFFER, arrival, false)
  expect(buffer.shown).toHaveLength(LIVE_EVENTS_MAX)
  expect(buffer.shown[0]?.seq).toBe(LIVE_EVENTS_MAX)
  expect(buffer.isCut).toBe(true)
})

test('the rate counts what arrived in the last ten seconds', () => {
  const events = Array.from({ length: 20 }, (_, seq) => event(seq))
  const buffer = withArrival(EMPTY_BUFFER, { events, position: 19, atMs: 1_000 }, false)
  expect(rateOf(buffer, 2_000)).toBe(2)
  expect(rateOf(buffer, 20_000)).toBe(0)
})
