import { expect, test } from 'vitest'
import { formatTimestamp } from '../../../../../src/core/time/timestamp.ts'
import { readRowTime } from '../../../../../src/dialects/quay/import/row-time.ts'

test.each([
  ['2024-06-18 18:59:13.123456', '2024-06-18T18:59:13.123456Z'],
  ['2024-06-18 18:59:13.5', '2024-06-18T18:59:13.500000Z'],
  ['2024-06-18 18:59:13', '2024-06-18T18:59:13.000000Z'],
  ['2024-06-18T18:59:13Z', '2024-06-18T18:59:13.000000Z'],
  ['2024-06-18 18:59:13.000001+02', '2024-06-18T16:59:13.000001Z'],
  ['2024-06-18 18:59:13+00:00', '2024-06-18T18:59:13.000000Z'],
  ['2024-06-18 18:59:13.25-0530', '2024-06-19T00:29:13.250000Z'],
])('%s is %s', (text, time) => {
  expect(formatTimestamp(readRowTime(text) ?? -1)).toBe(time)
})

test.each(['infinity', '-infinity', '0044-03-15 00:00:00 BC', '2300-01-01 00:00:00', '', 'now'])(
  '%s is no time of an event',
  (text) => {
    expect(readRowTime(text)).toBeUndefined()
  },
)
