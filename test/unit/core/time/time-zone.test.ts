import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  clockOffsetMicros,
  findTimeZone,
  isUtc,
  startOfLocalDay,
} from '../../../../src/core/time/time-zone.ts'
import { TIME_MICROS_END } from '../../../../src/core/time/timestamp.ts'
import { SlowCalendar } from '../../../support/slow-calendar.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Each is looked through whole, which takes a while: some that are odd, and some more. */
const ZONES = [
  ...['Europe/Berlin', 'America/Argentina/Tucuman', 'Africa/Monrovia', 'Asia/Hebron'],
  ...['America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Europe/Samara'],
  ...['Africa/Casablanca', 'Antarctica/Troll', 'Asia/Kathmandu', 'Etc/GMT+12'],
]

test('clocks show what they show, at any time of any zone', () => {
  const moments = fc.integer({ min: 0, max: TIME_MICROS_END / 1000 - 1 })
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), moments, (name, ms) => {
      const zone = findTimeZone(name) ?? { periods: [] }
      const local = new Date(ms + clockOffsetMicros(zone, ms * 1000) / 1000)
      const shown = local.toISOString().slice(0, 19).replace('T', ' ')
      expect(shown).toBe(new SlowCalendar(name).shown(ms))
    }),
    { numRuns: 2000 },
  )
})

test('every change of clocks is found to the second, the shortest time of an offset too', () => {
  for (const name of ZONES) {
    const slow = new SlowCalendar(name)
    for (const { fromMicros, offsetMicros } of findTimeZone(name)?.periods.slice(1) ?? []) {
      const ms = fromMicros / 1000
      const at = Date.parse(`${slow.shown(ms).replace(' ', 'T')}Z`)
      const before = Date.parse(`${slow.shown(ms - 1000).replace(' ', 'T')}Z`)
      expect(at - ms).toBe(offsetMicros / 1000)
      expect(at - before).not.toBe(1000)
    }
  }
  const tucuman = findTimeZone('America/Argentina/Tucuman')?.periods ?? []
  const starts = tucuman.map(({ fromMicros }) => new Date(fromMicros / 1000).toISOString())
  expect(starts).toContain('2004-06-01T03:00:00.000Z')
  expect(starts).toContain('2004-06-13T04:00:00.000Z')
})

test('a day begins when clocks first show it or a later one', () => {
  const zone = (name: string) => findTimeZone(name) ?? { periods: [] }
  const start = (name: string, date: string) => {
    const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS
    return new Date(startOfLocalDay(zone(name), day) / 1000).toISOString().slice(0, 16)
  }
  expect(start('Europe/Berlin', '2026-03-29')).toBe('2026-03-28T23:00')
  expect(start('Europe/Berlin', '2026-03-30')).toBe('2026-03-29T22:00')
  expect(start('Europe/Berlin', '2026-10-26')).toBe('2026-10-25T23:00')
  // Midnight is skipped, and a whole day is.
  expect(start('America/Havana', '2026-03-08')).toBe('2026-03-08T05:00')
  expect(start('Pacific/Apia', '2011-12-30')).toBe('2011-12-30T10:00')
  expect(start('Pacific/Apia', '2011-12-31')).toBe('2011-12-30T10:00')
  // At 00:01 clocks went back to 23:01: the day began before that.
  expect(start('America/St_Johns', '2010-11-07')).toBe('2010-11-07T02:30')
})

test('a zone has a name of the IANA database, in any case', () => {
  expect(findTimeZone('europe/berlin')).toBe(findTimeZone('Europe/Berlin'))
  const refused = ['', ' ', 'Foo/Bar', 'Europe/Berlin ', '+01:00', '-05', 'UTC+1', 'Mars', '../UTC']
  for (const name of [...refused, 'localtime', 'Europe/Berlin\0', 'Ｅurope/Berlin', '1']) {
    expect(findTimeZone(name), name).toBeUndefined()
  }
  const isUtcByName = (name: string) => {
    const zone = findTimeZone(name)
    return zone === undefined ? undefined : isUtc(zone)
  }
  expect(['UTC', 'utc', 'Etc/UTC', 'GMT', 'Etc/Zulu'].map(isUtcByName)).not.toContain(false)
  expect(['Europe/London', 'Africa/Abidjan', 'Africa/Monrovia'].map(isUtcByName)).toEqual([
    ...[false, true, false],
  ])
})
