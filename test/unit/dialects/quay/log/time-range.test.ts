import fc from 'fast-check'
import { expect, test } from 'vitest'
import { QuayError } from '../../../../../src/dialects/quay/errors.ts'
import {
  DAY_MICROS,
  formatMailDate,
  readTimeRange,
} from '../../../../../src/dialects/quay/log/time-range.ts'

const NOW = Date.UTC(2026, 10, 22, 12, 10, 41) * 1000 + 814_279

function rangeOf(starttime?: string, endtime?: string) {
  const { startMicros, endMicros } = readTimeRange({ starttime, endtime }, NOW)
  return [formatMailDate(startMicros), formatMailDate(endMicros)]
}

function refusalOf(starttime?: string, endtime?: string) {
  try {
    return rangeOf(starttime, endtime)
  } catch (error) {
    if (error instanceof QuayError) return [error.status, error.type, error.message]
    throw error
  }
}

test('without dates it is the day before now and the day after, to the microsecond', () => {
  expect(readTimeRange({ starttime: undefined, endtime: undefined }, NOW)).toEqual({
    startMicros: NOW - DAY_MICROS,
    endMicros: NOW + DAY_MICROS,
  })
})

test('an empty date is an absent one', () => {
  expect(rangeOf('', '')).toEqual(rangeOf())
})

test('a given end is a whole day: the day after it is the exclusive end', () => {
  expect(rangeOf('06/18/2024', '06/18/2024')).toEqual([
    'Tue, 18 Jun 2024 00:00:00 -0000',
    'Wed, 19 Jun 2024 00:00:00 -0000',
  ])
})

test.each([['06/18/2024'], ['6/18/2024'], ['06/18/2024  '], ['2024-06-18']])(
  '%j is 18 June 2024',
  (text) => {
    expect(rangeOf(text)[0]).toBe('Tue, 18 Jun 2024 00:00:00 -0000')
  },
)

test.each([['1/2/2020'], ['01/ 2/2020'], ['01/02/2020']])('%j is 2 January 2020', (text) => {
  expect(rangeOf(text)[0]).toBe('Thu, 02 Jan 2020 00:00:00 -0000')
})

test.each([
  ['02/30/2020'],
  ['02/29/2023'],
  ['13/01/2020'],
  ['00/01/2020'],
  ['01/00/2020'],
  ['01/01/0000'],
  [' 01/02/2020'],
  ['01/02/20'],
  ['01/02/2020 UTC'],
  ['01/02/2020 10:00'],
  ['2020-1-2'],
  ['2020-13-01'],
  ['2020-01-02T00:00:00Z'],
  ['20200102'],
  ['yesterday'],
  [' '],
  ['٠١/٠٢/2020'],
])('%j is refused by the name of its parameter and the formats', (text) => {
  const formats = '%m/%d/%Y (06/18/2024) or YYYY-MM-DD (2024-06-18), in UTC'
  const refusal = (name: string) => [
    400,
    'invalid_request',
    `${name} must be a date in the format ${formats}`,
  ]
  expect(refusalOf(text)).toEqual(refusal('starttime'))
  expect(refusalOf('01/01/2020', text)).toEqual(refusal('endtime'))
})

test('an end one day before the start is an empty range, an earlier one is refused', () => {
  expect(rangeOf('06/18/2024', '06/17/2024')).toEqual([
    'Tue, 18 Jun 2024 00:00:00 -0000',
    'Tue, 18 Jun 2024 00:00:00 -0000',
  ])
  expect(refusalOf('06/18/2024', '06/16/2024')).toEqual([
    400,
    undefined,
    'The browser (or proxy) sent a request that this server could not understand.',
  ])
})

test('the last day that a date can name has an end', () => {
  expect(rangeOf('12/31/9999', '12/31/9999')).toEqual([
    'Fri, 31 Dec 9999 00:00:00 -0000',
    'Sat, 01 Jan 10000 00:00:00 -0000',
  ])
})

test('every day reads the same in both formats, and back', () => {
  const day = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(day, (date) => {
      const iso = date.toISOString().slice(0, 10)
      const [year, month, dayOfMonth] = iso.split('-')
      const range = readTimeRange({ starttime: iso, endtime: iso }, NOW)
      const quays = `${month}/${dayOfMonth}/${year}`
      expect(readTimeRange({ starttime: quays, endtime: quays }, NOW)).toEqual(range)
      expect(range.startMicros).toBe(Date.parse(`${iso}T00:00:00Z`) * 1000)
      expect(range.endMicros - range.startMicros).toBe(DAY_MICROS)
    }),
  )
})

test('times are written as Python writes them, without the part of a second', () => {
  expect(formatMailDate(NOW)).toBe('Sun, 22 Nov 2026 12:10:41 -0000')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      const micros = seconds * 1_000_000 + 999_999
      const expected = new Date(seconds * 1000).toUTCString().replace('GMT', '-0000')
      expect(formatMailDate(micros)).toBe(expected)
    }),
  )
})
