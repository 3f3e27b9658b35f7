import { expect, test } from 'vitest'
import { WallClock } from '../../../../src/dialects/container-station/log/wall-clock.ts'
import {
  CSV_HEADER,
  presentCsvLine,
  presentRow,
} from '../../../../src/dialects/container-station/present.ts'
import { eventOf } from '../../../support/store-events.ts'

const UTC = new WallClock(0)
const TAIPEI = new WallClock(8 * 60)

/** A row as the station's page shows it, of an event at its true time. */
const ROW = eventOf({
  time: '2021-08-11T08:53:15.461287Z',
  category: 'image',
  action: 'image.delete',
  message: 'Image removed (docker, busybox:latest)',
  actor: { name: 'admin', kind: 'user' },
})

test("a row has the vendor's six members; its second is cut off, not rounded", () => {
  const late = { ...ROW, time: '2021-08-11T08:53:15.999999Z' }
  expect(presentRow({ event: late, origin: 'o', seq: 55 }, UTC)).toEqual({
    category: 'image',
    id: 56,
    level: 'INFO',
    message: 'Image removed (docker, busybox:latest)',
    ts: 1628671995,
    user: 'admin',
  })
})

test('the time of a row is that of the wall, as if it were UTC', () => {
  expect(presentRow({ event: ROW, origin: 'o', seq: 55 }, TAIPEI)).toMatchObject({ ts: 1628700795 })
  expect(presentCsvLine(ROW, TAIPEI)).toBe(
    '2021-08-11 16:53:15.461287,INFO,image,admin,"Image removed (docker, busybox:latest)"\r\n',
  )
})

test('the wall may be behind UTC, on another day', () => {
  const newYork = new WallClock(-5 * 60)
  const event = { ...ROW, time: '2021-03-01T00:30:00.000001Z' }
  expect(presentCsvLine(event, newYork)).toContain('2021-02-28 19:30:00.000001,')
})

/** Rows of the vendor's page: wall clock, level, category, and the message as it is quoted. */
const CAPTURED = [
  ['2021-08-11 16:42:51.676762', 'INFO', 'system', 'Keep original data folder /share/Container'],
  ['2021-08-11 16:49:05.316092', 'INFO', 'container', 'Restart application: joomla'],
  ['2021-08-11 16:50:13.888122', 'INFO', 'container', '"Create container (lxc, ctest)"'],
  [
    '2021-08-11 16:50:18.481793',
    'ERROR',
    'container',
    '"Background task error for create lxdTest: Failed creating instance record: Failed ' +
      'initialising instance: Failed to add device ""disk0"": Missing source path ' +
      '""/share/test/selenium"" for disk ""disk0"""',
  ],
  ['2021-08-11 16:53:21.913763', 'INFO', 'image', 'Registry edit: new_test'],
  ['2021-08-11 16:53:22.000000', 'INFO', 'image', ' leading blank'],
  ['2021-08-11 16:53:22.000001', 'INFO', 'image', '"two\nlines"'],
  ['2021-08-11 16:53:22.000002', 'INFO', 'image', '"return\r"'],
] as const

test.each(CAPTURED)(
  '%s %s %s is written as the vendor writes it',
  (date, level, category, text) => {
    const isQuoted = text.startsWith('"')
    const message = isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text
    const event = eventOf({
      time: `${date.replace(' ', 'T')}Z`,
      level: level === 'ERROR' ? 'error' : 'info',
      category,
      message,
      actor: { name: 'admin', kind: 'user' },
    })
    expect(presentCsvLine(event, UTC)).toBe(`${date},${level},${category},admin,${text}\r\n`)
  },
)

test('the header ends as every line does', () => {
  expect(CSV_HEADER).toBe('Date,Level,Category,User,Message\r\n')
})

test('who is not known is the system, and networks are its own', () => {
  const event = eventOf({
    category: 'network',
    action: 'network.create',
    actor: null,
    target: { name: 'net1' },
  })
  expect(presentRow({ event, origin: 'o', seq: 0 }, UTC)).toMatchObject({
    category: 'system',
    user: 'system',
    message: 'Create network: net1',
  })
})
