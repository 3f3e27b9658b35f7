import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, percentiles } from '../../../../bench/client/percentiles.ts'

test('percentiles are values that were measured, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(percentiles(hundred)).toEqual({ p50: 50, p99: 99, max: 100 })
  expect(percentiles([7])).toEqual({ p50: 7, p99: 7, max: 7 })
  expect(median([3, 1, 2])).toBe(2)
})

test('half of the values do not exceed p50, and 99 of 100 do not exceed p99', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(values, (measured) => {
      const { p50, p99, max } = percentiles(measured)
      const share = (bound: number) =>
        measured.filter((value) => value <= bound).length / measured.length
      expect(share(p50)).toBeGreaterThanOrEqual(0.5)
      expect(share(p99)).toBeGreaterThanOrEqual(0.99)
      expect(share(max)).toBe(1)
    }),
  )
})

test('no values have no percentiles', () => {
  expect(() => percentiles([])).toThrow(RangeError)
})
