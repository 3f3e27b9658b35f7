import { expect, test } from 'vitest'
import { HISTOGRAM_INTERVALS } from '../../src/core/query/query.ts'
import { findTimeZone } from '../../src/core/time/time-zone.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { SlowCalendar } from '../support/slow-calendar.ts'
import { eventOf } from '../support/store-events.ts'
import type { StoreHarness } from '../support/store-harness.ts'

const HOUR_MS = 3_600_000

/** Zones, and moments around which their clocks do something odd. */
const ODD_TIMES: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2150-03-29T01:00:00Z'],
  // Changes by half an hour, in the middle of an hour.
  'Australia/Lord_Howe': ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  'Asia/Kathmandu': ['2027-01-03T18:15:00Z'],
  'America/St_Johns': ['2026-03-08T05:30:00Z', '2026-11-01T04:30:00Z'],
  // Has no 30 December 2011.
  'Pacific/Apia': ['2011-12-30T10:00:00Z'],
  // Days that begin at 01:00, and that have 00:00 to 01:00 twice.
  'America/Havana': ['2026-03-08T05:00:00Z', '2026-11-01T05:00:00Z'],
  'Africa/Casablanca': ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z'],
  'Pacific/Kiritimati': ['1994-12-31T10:00:00Z'],
  UTC: ['2026-12-31T23:59:59Z', '2105-12-31T00:00:00Z'],
}

/** Moments in milliseconds: around a change, and at the edges of days, weeks, months and years. */
function momentsAround(time: string): number[] {
  const change = Date.parse(time)
  const year = new Date(change).getUTCFullYear()
  const edges = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1), Date.UTC(year, 2, 1)]
  const centers = [change, change - 24 * HOUR_MS, change + 24 * HOUR_MS, ...edges]
  return centers.flatMap((center) =>
    [-3, -2, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2, 3, 14].flatMap((hours) => {
      const at = center + hours * HOUR_MS
      return [at - 1, at]
    }),
  )
}

export function describeCalendar(harness: () => StoreHarness): void {
  test('intervals are those that the clocks of a zone show', async () => {
    const opened = await harness().open()
    for (const [name, times] of Object.entries(ODD_TIMES)) {
      const timeZone = findTimeZone(name)
      if (timeZone === undefined) throw new Error(`no zone ${name}`)
      const tenant = `clocks of ${name}`
      const moments = times.flatMap(momentsAround)
      await opened.insert(
        moments.map((ms) => eventOf({ tenant, time: formatTimestamp(ms * 1000 + 999) })),
      )
      const slow = new SlowCalendar(name)
      for (const interval of HISTOGRAM_INTERVALS) {
        const counts = new Map<number, number>()
        for (const ms of moments) {
          const start = slow.startOf(ms, interval)
          counts.set(start, (counts.get(start) ?? 0) + 1)
        }
        const filter = { tenants: [tenant], conditions: [] }
        const query = { filter, interval, timeZone, by: [], bucketsMax: 10_000 }
        const buckets = await opened.store.reader.histogram(query)
        expect(
          buckets.map(({ timeMicros, count }) => [timeMicros / 1000, count]),
          `${interval} in ${name}`,
        ).toEqual([...counts].sort(([one], [other]) => one - other))
      }
    }
  })

  test('intervals of a zone are counted by fields, over the whole of time', async () => {
    const opened = await harness().open()
    const timeZone = findTimeZone('america/new_york')
    if (timeZone === undefined) throw new Error('no zone')
    const tenant = 'ends of time'
    const times = ['1970-01-01T00:00:00.000000Z', '2199-12-31T23:59:59.999999Z']
    await opened.insert(
      times.flatMap((time) =>
        ['a', 'b', 'b'].map((namespace) => eventOf({ tenant, time, target: { namespace } })),
      ),
    )
    const by = ['namespace' as const]
    const starts = async (interval: 'week' | 'month') => {
      const filter = { tenants: [tenant], conditions: [] }
      const query = { filter, interval, timeZone, by, bucketsMax: 4 }
      const buckets = await opened.store.reader.histogram(query)
      return buckets.map(({ timeMicros, keys, count }) => [
        formatTimestamp(timeMicros).slice(0, 16),
        ...keys,
        count,
      ])
    }
    expect(await starts('week')).toEqual([
      ['1969-12-29T05:00', 'a', 1],
      ['1969-12-29T05:00', 'b', 2],
      ['2199-12-30T05:00', 'a', 1],
      ['2199-12-30T05:00', 'b', 2],
    ])
    expect((await starts('month')).map(([start]) => start)).toEqual([
      ...['1969-12-01T05:00', '1969-12-01T05:00', '2199-12-01T05:00', '2199-12-01T05:00'],
    ])
  })
}
