import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalTimestamp,
  createClock,
  formatTimestamp,
  parseTimestamp,
  TIME_MICROS_END,
} from '../../../../src/core/time/timestamp.ts'

describe('a timestamp', () => {
  it('survives formatting and parsing to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: TIME_MICROS_END - 1 }), (micros) => {
        expect(parseTimestamp(formatTimestamp(micros))).toBe(micros)
      }),
    )
  })

  it.each([
    ['2026-11-22T12:10:41.814279491Z', '2026-11-22T12:10:41.814279Z'],
    ['2026-11-22T12:10:41Z', '2026-11-22T12:10:41.000000Z'],
    ['2026-11-22t12:10:41.5z', '2026-11-22T12:10:41.500000Z'],
    ['2026-11-22T12:10:41+05:30', '2026-11-22T06:40:41.000000Z'],
    ['2026-01-01T00:30:00-01:00', '2026-01-01T01:30:00.000000Z'],
    ['2016-12-31T23:59:60.250Z', '2017-01-01T00:00:00.250000Z'],
    ['2016-12-31T23:59:60.000000Z', '2017-01-01T00:00:00.000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
  ])('%s is read as %s', (text, canonical) => {
    const micros = parseTimestamp(text)
    expect(micros).toBeDefined()
    expect(formatTimestamp(micros ?? 0)).toBe(canonical)
    expect(canonicalTimestamp(text, micros ?? 0)).toBe(canonical)
  })

  it.each([
    '',
    '2026-11-22',
    '2026-11-22 12:10:41Z',
    '2026-11-22T12:10:41',
    '2026-11-22T12:10:41.Z',
    '2026-11-22T12:10:41.1234567890Z',
    '2026-11-22T12:10:41Zx',
    '2026-11-22T12:10:41+0530',
    '2026-11-22T12:10:41+24:00',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T12:60:00Z',
    '99999-11-22T12:10:41Z',
    '+2026-11-22T12:10:41Z',
    '２026-11-22T12:10:41Z',
  ])('%j is no RFC 3339 time', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  it('agrees with the platform on every millisecond text', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), noInvalidDate: true }), (date) => {
        fc.pre(date.getUTCFullYear() <= 9999)
        expect(parseTimestamp(date.toISOString())).toBe(date.getTime() * 1000)
      }),
    )
  })
})

describe('the clock', () => {
  it('never answers the same microsecond twice', () => {
    const clock = createClock()
    const readings = Array.from({ length: 5000 }, clock)
    expect(new Set(readings).size).toBe(readings.length)
    expect([...readings].sort((left, right) => left - right)).toEqual(readings)
  })
})
