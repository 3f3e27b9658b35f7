import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { doubling, parseRetryAfter, pauseFor, repeat, retry } from '../../../src/core/retry.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

class Passing extends Error {
  readonly retryAfterMs: number | undefined

  constructor(retryAfterMs?: number) {
    super('not now')
    this.retryAfterMs = retryAfterMs
  }
}

function isPassing(error: unknown): error is Passing {
  return error instanceof Passing
}

/** Work that fails with each of these errors in turn, and then succeeds. */
function failing(errors: readonly Error[]) {
  const left = [...errors]
  let attempts = 0
  const work = async () => {
    attempts += 1
    const error = left.shift()
    if (error !== undefined) throw error
    return 'done'
  }
  return { work, attempts: () => attempts }
}

function passing(count: number): readonly Passing[] {
  return Array.from({ length: count }, () => new Passing())
}

const positive = (max: number) => fc.integer({ min: 1, max })

test('a pause doubles with every failure up to its limit, and chance only makes it shorter', () => {
  fc.assert(
    fc.property(
      fc.record({
        fromMs: positive(10_000),
        toMs: positive(1_000_000),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
        failures: positive(2_000),
      }),
      ({ fromMs, toMs, jitter, failures }) => {
        const pause = doubling(fromMs, toMs)
        const ms = pause(failures)
        expect(pause(1)).toBe(Math.min(fromMs, toMs))
        expect(pause(failures + 1)).toBe(Math.min(2 * ms, toMs))
        const chosenMs = doubling(fromMs, toMs, jitter)(failures)
        expect(chosenMs).toBeLessThanOrEqual(ms)
        expect(chosenMs).toBeGreaterThanOrEqual(ms * (1 - jitter))
      },
    ),
  )
})

test('work is tried until it succeeds, after exactly the pauses that were asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(60_000), { maxLength: 12 }), async (pausesMs) => {
      const { work, attempts } = failing(pausesMs.map((ms) => new Passing(ms)))
      const waitsMs: number[] = []
      const done = retry(work, {
        isPassing,
        pause: (_attempts, { retryAfterMs }) => retryAfterMs ?? 0,
        onWait: (_error, waitMs) => waitsMs.push(waitMs),
      })
      await vi.runAllTimersAsync()
      expect(await done).toBe('done')
      expect(waitsMs).toEqual(pausesMs)
      expect(attempts()).toBe(pausesMs.length + 1)
      expect(vi.getTimerCount()).toBe(0)
    }),
  )
})

test('the next attempt begins no sooner than its pause has passed', async () => {
  const { work, attempts } = failing(passing(2))
  const done = retry(work, { isPassing, pause: doubling(100, 1_000) })
  const seen: number[] = []
  for (const ms of [0, 99, 1, 199, 1]) {
    await vi.advanceTimersByTimeAsync(ms)
    seen.push(attempts())
  }
  expect(seen).toEqual([1, 1, 2, 2, 3])
  expect(await done).toBe('done')
})

test('there are no more attempts than the limit, and the last error is the answer', async () => {
  await fc.assert(
    fc.asyncProperty(positive(10), positive(10), async (failures, attemptsMax) => {
      const errors = passing(failures)
      const { work, attempts } = failing(errors)
      const ended = retry(work, { isPassing, pause: () => 1, attemptsMax }).catch(
        (error: unknown) => error,
      )
      await vi.runAllTimersAsync()
      expect(await ended).toBe(failures < attemptsMax ? 'done' : errors[attemptsMax - 1])
      expect(attempts()).toBe(Math.min(failures + 1, attemptsMax))
    }),
  )
})

test('what does not pass is not tried again', async () => {
  const { work, attempts } = failing([new Passing(), new Error('no'), new Passing()])
  const ended = expect(retry(work, { isPassing, pause: () => 1 })).rejects.toThrow('no')
  await vi.runAllTimersAsync()
  await ended
  expect(attempts()).toBe(2)
})

test('an abort ends the wait at once, and leaves neither timer nor listener behind', async () => {
  const { work, attempts } = failing(passing(9))
  const stopping = new AbortController()
  const { signal } = stopping
  const ended = retry(work, { pause: () => 60_000, signal }).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(60_000)
  expect([attempts(), vi.getTimerCount()]).toEqual([2, 1])
  const reason = new Error('stopped')
  stopping.abort(reason)
  expect(await ended).toBe(reason)
  expect([attempts(), vi.getTimerCount()]).toEqual([2, 0])
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('work that fails after the abort is not tried again, and answers the reason', async () => {
  const reason = new Error('stopped')
  const { work, attempts } = failing(passing(9))
  const options = { isPassing, pause: () => 1, signal: AbortSignal.abort(reason) }
  await expect(retry(work, options)).rejects.toBe(reason)
  expect([attempts(), vi.getTimerCount()]).toEqual([1, 0])
})

test('repeated work counts its failures in a row, and ends with the signal', async () => {
  const stopping = new AbortController()
  const failed = [true, true, false, true]
  const before: number[] = []
  const pauses: number[] = []
  const ended = repeat(
    async (failures) => {
      before.push(failures)
      return failed[before.length - 1] === true ? failures + 1 : 0
    },
    (failures) => {
      pauses.push(failures)
      return 10
    },
    stopping.signal,
  )
  await vi.advanceTimersByTimeAsync(45)
  stopping.abort()
  await ended
  expect(before).toEqual([0, 1, 2, 0, 1])
  expect(pauses).toEqual([1, 2, 0, 1, 0])
  expect(vi.getTimerCount()).toBe(0)
})

test('repeated work that has been stopped is not begun, and its fault ends it', async () => {
  const never = async () => Promise.reject(new Error('a fault'))
  await repeat(never, () => 1, AbortSignal.abort())
  await expect(repeat(never, () => 1, new AbortController().signal)).rejects.toThrow('a fault')
})

test('a pause under an aborted signal ends at once', async () => {
  await pauseFor(60_000, AbortSignal.abort())
  expect(vi.getTimerCount()).toBe(0)
})

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
  ['soon', undefined],
  ['1.5', undefined],
  ['-2', undefined],
  ['', undefined],
  [null, undefined],
])('Retry-After: %j asks for a wait of %j ms', (header, waitMs) => {
  expect(parseRetryAfter(header, Date.parse('2026-10-21T07:28:00Z'))).toBe(waitMs)
})
