import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TIME_MICROS_END } from '../../../../src/core/time/timestamp.ts'
import { readEventParameters } from '../../../../src/dialects/hss/parameters.ts'

const REFUSED = expect.objectContaining({ status: 400, code: 'HSS.0001' })

test.each([
  ['limit', '-1'],
  ['limit', '201'],
  ['limit', '1.0'],
  ['limit', '1e1'],
  ['limit', '0x1'],
  ['limit', ' 1'],
  ['limit', '+1'],
  ['limit', '١'],
  ['offset', '-1'],
  ['offset', '2000001'],
  ['offset', 'ten'],
  ['start_time', '-1'],
  ['start_time', '9223372036854775808'],
  ['start_time', '2026-11-22'],
  ['end_time', '9223372036854775808'],
  ['end_time', '9'.repeat(4000)],
])('%s=%s is refused', (name, value) => {
  expect(() => readEventParameters({ [name]: value })).toThrow(REFUSED)
})

test('the edges of every range are inside', () => {
  expect(readEventParameters({ limit: '0', offset: '0', start_time: '0', end_time: '0' })).toEqual({
    values: new Map(),
    fromMicros: 0,
    toMicros: 1000,
    limit: 0,
    offset: 0,
  })
  const last = '9223372036854775807'
  const parameters = { limit: '200', offset: '2000000', start_time: last, end_time: last }
  expect(readEventParameters(parameters)).toEqual({
    values: new Map(),
    fromMicros: TIME_MICROS_END,
    toMicros: TIME_MICROS_END,
    limit: 200,
    offset: 2_000_000,
  })
})

test('a range whose end is before its start is refused, also beyond what a double can tell', () => {
  expect(() => readEventParameters({ start_time: '2', end_time: '1' })).toThrow(REFUSED)
  const inverted = { start_time: '9223372036854775807', end_time: '9223372036854775806' }
  expect(() => readEventParameters(inverted)).toThrow(REFUSED)
})

test('an empty parameter is absent, others are ignored', () => {
  const query = { limit: '', user_name: '', event_name: 'a', enterprise_project_id: 'x' }
  expect(readEventParameters(query)).toEqual({
    values: new Map([['event_name', 'a']]),
    fromMicros: undefined,
    toMicros: undefined,
    limit: 10,
    offset: 0,
  })
})

test('any text is either a whole number in its range or refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.bigInt().map(String)), (text) => {
      let micros: number | undefined
      try {
        micros = readEventParameters({ start_time: text }).fromMicros
      } catch (error) {
        expect(error).toEqual(REFUSED)
        return
      }
      expect(micros === undefined ? text : Number.isSafeInteger(micros)).toBe(
        micros === undefined ? '' : true,
      )
    }),
  )
})
