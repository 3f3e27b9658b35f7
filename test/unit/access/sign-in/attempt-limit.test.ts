import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AttemptLimit } from '../../../../src/access/sign-in/attempt-limit.ts'

const OPTIONS = { burst: 3, intervalMs: 1000, keysMax: 10 }

test('a burst is let through, and then one attempt each interval', () => {
  const limit = new AttemptLimit(OPTIONS)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(limit.waitMs('a', 0)).toBe(0)
    limit.count('a', 0)
  }
  expect(limit.waitMs('a', 0)).toBe(1000)
  expect(limit.waitMs('a', 999)).toBe(1)
  expect(limit.waitMs('a', 1000)).toBe(0)
  limit.count('a', 1000)
  expect(limit.waitMs('a', 1000)).toBe(1000)
})

test('keys do not share their attempts', () => {
  const limit = new AttemptLimit(OPTIONS)
  for (let attempt = 0; attempt < 5; attempt += 1) limit.count('a', 0)
  expect(limit.waitMs('b', 0)).toBe(0)
})

test('an attempt that was taken back, or forgotten, is as none', () => {
  const limit = new AttemptLimit(OPTIONS)
  for (let attempt = 0; attempt < 3; attempt += 1) limit.count('a', 0)
  limit.uncount('a')
  expect(limit.waitMs('a', 0)).toBe(0)
  for (let attempt = 0; attempt < 9; attempt += 1) limit.count('a', 0)
  limit.forget('a')
  expect(limit.waitMs('a', 0)).toBe(0)
})

test('beyond the most keys those tried longest ago are forgotten', () => {
  const limit = new AttemptLimit({ ...OPTIONS, keysMax: 2 })
  for (const key of ['a', 'b', 'a', 'c']) {
    for (let attempt = 0; attempt < 3; attempt += 1) limit.count(key, 0)
  }
  expect(['a', 'b', 'c'].map((key) => limit.waitMs(key, 0) > 0)).toEqual([true, false, true])
})

test('no stretch of time lets more attempts through than burst and intervals allow', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 60 })
  fc.assert(
    fc.property(steps, (pauses) => {
      const limit = new AttemptLimit(OPTIONS)
      const letThrough: number[] = []
      let nowMs = 0
      for (const pause of pauses) {
        nowMs += pause
        if (limit.waitMs('a', nowMs) > 0) continue
        limit.count('a', nowMs)
        letThrough.push(nowMs)
      }
      letThrough.forEach((fromMs, index) => {
        for (const [further, toMs] of letThrough.slice(index).entries()) {
          expect(further + 1).toBeLessThanOrEqual(3 + (toMs - fromMs) / 1000)
        }
      })
    }),
  )
})
