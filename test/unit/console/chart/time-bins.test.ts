import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillBins, planBins, scaleTop } from '../../../../console/src/chart/time-bins.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 30, 12, 34, 56)

test.each([
  ['an hour', HOUR_MS, 'minute', MINUTE_MS],
  ['a day', DAY_MS, 'minute', 30 * MINUTE_MS],
  ['a week', 7 * DAY_MS, 'hour', 3 * HOUR_MS],
  ['90 days', 90 * DAY_MS, 'day', 2 * DAY_MS],
  ['ten years', 3_650 * DAY_MS, 'day', 56 * DAY_MS],
])('the bars of %s fall on round times', (_name, spanMs, interval, widthMs) => {
  const plan = planBins(NOW - spanMs, NOW)
  expect(plan).toMatchObject({ interval, widthMs })
  expect(plan.startMs % widthMs).toBe(0)
})

test('bars cover the period, and every counted event is in one of them', () => {
  const count = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), count: fc.nat(1_000) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40_000 * DAY_MS }), fc.array(count), (spanMs, counts) => {
      const plan = planBins(NOW - spanMs, NOW)
      const bars = fillBins(
        plan,
        counts.map(({ at, count: number }, index) => ({
          time: new Date(NOW - Math.floor(at * spanMs)).toISOString(),
          key: index % 3 === 0 ? 'denied' : 'success',
          count: number,
        })),
      )
      expect(bars.length).toBeLessThanOrEqual(74)
      expect(bars[0]?.startMs).toBeLessThanOrEqual(NOW - spanMs)
      expect(bars.at(-1)?.endMs).toBeGreaterThanOrEqual(NOW)
      const sum = bars.reduce((total, { succeeded, failed }) => total + succeeded + failed, 0)
      expect(sum).toBe(counts.reduce((total, one) => total + one.count, 0))
    }),
  )
})

test('the scale ends at a round number', () => {
  expect([0, 1, 7, 12, 480, 1_001].map(scaleTop)).toEqual([1, 1, 10, 20, 500, 2_000])
})
