import { describe, expect, test } from 'vitest'
import { ApiError } from '../../../../src/dialects/api/api-error.ts'
import { readAuditParameters, readVersionOne } from '../../../../src/dialects/opsera/parameters.ts'

const NOW = Date.UTC(2022, 4, 10, 12, 30) * 1000
const DAY = 86_400_000_000
const day = (text: string) => Date.parse(`${text}T00:00:00Z`) * 1000
const ACTIONS = { filter: 'type', allTime: false } as const
const PIPELINES = { filter: 'type', allTime: true } as const
const rangeOf = (query: object) => readVersionOne(query, ACTIONS, NOW).range

describe('version 1', () => {
  test.each<[string, object, object]>([
    [
      'a day',
      { date: '2022-05-01' },
      { fromMicros: day('2022-05-01'), toMicros: day('2022-05-02') },
    ],
    [
      'days, both included',
      { start: '2022-04-29', end: '2022-05-01' },
      { fromMicros: day('2022-04-29'), toMicros: day('2022-05-02') },
    ],
    [
      'one day as both',
      { start: '2022-05-01', end: '2022-05-01' },
      { fromMicros: day('2022-05-01'), toMicros: day('2022-05-02') },
    ],
    ['until now', { start: '2022-05-01' }, { fromMicros: day('2022-05-01'), toMicros: NOW }],
    [
      'seven days until',
      { end: '2022-05-01' },
      { fromMicros: day('2022-04-25'), toMicros: day('2022-05-02') },
    ],
    ['seconds', { range: '30s' }, { fromMicros: NOW - 30_000_000 }],
    ['minutes', { range: '13m' }, { fromMicros: NOW - 780_000_000 }],
    ['hours', { range: '1h' }, { fromMicros: NOW - 3_600_000_000 }],
    ['days', { range: '3d' }, { fromMicros: NOW - 3 * DAY }],
    ['weeks', { range: '2w' }, { fromMicros: NOW - 14 * DAY }],
    ['longer than there is time', { range: '9223372036854775807w' }, { fromMicros: 0 }],
    ['nothing', {}, { fromMicros: NOW - 7 * DAY }],
    ['empty ones', { date: '', range: '' }, { fromMicros: NOW - 7 * DAY }],
    [
      'a day before a range of days before a length',
      { date: '2022-05-01', start: '2020-01-01', end: '2020-01-02', range: '1h' },
      { fromMicros: day('2022-05-01'), toMicros: day('2022-05-02') },
    ],
    [
      'a range of days before a length',
      { start: '2020-01-01', end: '2020-01-02', range: '1h' },
      { fromMicros: day('2020-01-01'), toMicros: day('2020-01-03') },
    ],
    [
      'a first day of the future',
      { start: '2030-01-01' },
      { fromMicros: day('2030-01-01'), toMicros: day('2030-01-01') },
    ],
    [
      'the first of several',
      { date: ['2022-05-01', 'x'] },
      { fromMicros: day('2022-05-01'), toMicros: day('2022-05-02') },
    ],
    [
      'a leap day',
      { date: '2020-02-29' },
      { fromMicros: day('2020-02-29'), toMicros: day('2020-03-01') },
    ],
  ])('%s', (_what, query, range) => {
    expect(rangeOf(query)).toEqual(range)
  })

  test('pipelines are answered from all time when none is named', () => {
    expect(readVersionOne({}, PIPELINES, NOW).range).toEqual({})
    expect(readVersionOne({ range: '1h' }, PIPELINES, NOW).range).toEqual({
      fromMicros: NOW - 3_600_000_000,
    })
  })

  test.each([
    [undefined, 1000],
    ['1', 1],
    ['1000', 1000],
    ['1001', 1000],
    ['007', 7],
    ['9223372036854775807', 1000],
  ])('count %s answers up to %i rows', (count, limit) => {
    expect(readVersionOne({ count }, ACTIONS, NOW).limit).toBe(limit)
  })

  const DATES = ['2021-02-29', '2022-13-01', '2022-00-10', '2022-04-31', '20220501', '01/05/2022']
  const MORE = ['2022-5-1', '2022-05-01T00:00:00Z', 'today', '2022-05-01 ', '٢٠٢٢-٠٥-٠١', 'null']
  test.each([
    ...['date', 'start', 'end'].flatMap((name) => [...DATES, ...MORE].map((text) => [name, text])),
    ...[
      '0s',
      '5',
      's',
      '1y',
      '1M',
      '-1d',
      '1.5h',
      '1 d',
      '0x1d',
      '1dd',
      '9223372036854775808s',
    ].map((text) => ['range', text]),
    ...['0', '-1', '1.5', 'ten', '1e3', ' 1', '9223372036854775808'].map((text) => ['count', text]),
  ])('%s=%s is refused', (name, text) => {
    expect(statusOf(() => readVersionOne({ [name ?? '']: text }, ACTIONS, NOW))).toBe(400)
  })

  test('a wrong parameter is refused though another one takes precedence', () => {
    const query = { date: '2022-05-01', range: 'x' }
    expect(statusOf(() => readVersionOne(query, ACTIONS, NOW))).toBe(400)
  })

  test('days in the wrong order are refused, also next to a date', () => {
    const query = { start: '2022-05-02', end: '2022-05-01' }
    for (const date of ['', '2022-05-01']) {
      expect(statusOf(() => readVersionOne({ ...query, date }, ACTIONS, NOW))).toBe(400)
    }
  })
})

describe('version 2', () => {
  const moment = (text: string) => Date.parse(`${text}Z`) * 1000
  test.each<[object, object]>([
    [{}, {}],
    [{ start_date: '2022-05-01' }, { fromMicros: day('2022-05-01') }],
    [{ end_date: '2022-05-01' }, { toMicros: day('2022-05-02') }],
    [
      { start_date: '2022-05-01', start_time: '7:05', end_date: '2022-05-01', end_time: '07:05' },
      { fromMicros: moment('2022-05-01T07:05:00'), toMicros: moment('2022-05-01T07:06:00') },
    ],
    [
      {
        start_date: '2022-05-01',
        start_time: '00:00:00',
        end_date: '2022-05-01',
        end_time: '23:59:59',
      },
      { fromMicros: day('2022-05-01'), toMicros: day('2022-05-02') },
    ],
    [
      {
        start_date: '2022-05-01',
        start_time: '10:00:01',
        end_date: '2022-05-01',
        end_time: '10:00:01',
      },
      { fromMicros: moment('2022-05-01T10:00:01'), toMicros: moment('2022-05-01T10:00:02') },
    ],
  ])('%j', (query, range) => {
    expect(readAuditParameters(query).range).toEqual(range)
  })

  test('pages have 100 rows, or as many as are asked for up to 1000', () => {
    expect(readAuditParameters({})).toMatchObject({ page: 1, limit: 100 })
    expect(readAuditParameters({ page: '7', page_size: '5000' })).toMatchObject({
      page: 7,
      limit: 1000,
    })
    const greatest = '9223372036854775807'
    expect(readAuditParameters({ page: greatest, page_size: greatest })).toMatchObject({
      page: 9_007_199_254_740,
      limit: 1000,
    })
  })

  test('lists have commas', () => {
    expect(readAuditParameters({ action: 'login, create,,', type: 'pipeline' })).toMatchObject({
      actions: ['login', 'create'],
      types: ['pipeline'],
    })
  })

  test.each([
    ['page', '0'],
    ['page', '-1'],
    ['page', 'NaN'],
    ['page', '1.5'],
    ['page', '9223372036854775808'],
    ['page_size', '0'],
    ['page_size', '9223372036854775808'],
    ['page_size', 'all'],
    ['user_id', '5e1cbf251c26d68f7ce6361'],
    ['user_id', '5e1cbf251c26d68f7ce6361x'],
    ['target_id', 'alice'],
    ['start_date', '2022-02-30'],
    ['end_date', 'yesterday'],
    ['user_email', 'a\0b'],
  ])('%s=%j is refused', (name, text) => {
    expect(statusOf(() => readAuditParameters({ [name]: text }))).toBe(400)
  })

  test.each(['24:00', '23:60', '1', '12:00:60', '12:00:00.5', '12h', '١٢:٠٠'])(
    'the time %s is refused',
    (time) => {
      for (const which of ['start', 'end']) {
        const query = { [`${which}_date`]: '2022-05-01', [`${which}_time`]: time }
        expect(statusOf(() => readAuditParameters(query))).toBe(400)
      }
    },
  )

  test('a time without its day cannot be processed', () => {
    expect(statusOf(() => readAuditParameters({ start_time: '00:00:00' }))).toBe(422)
    const query = { start_date: '2022-05-01', end_time: '00:00:00' }
    expect(statusOf(() => readAuditParameters(query))).toBe(422)
  })

  test('a range that ends before it starts is refused', () => {
    const query = {
      start_date: '2022-05-01',
      start_time: '12:00',
      end_date: '2022-05-01',
      end_time: '11:59',
    }
    expect(statusOf(() => readAuditParameters(query))).toBe(400)
  })
})

function statusOf(read: () => unknown): number | undefined {
  try {
    read()
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
  return undefined
}
