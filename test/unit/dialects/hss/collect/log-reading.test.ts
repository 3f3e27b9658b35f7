import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewEvent } from '../../../../../src/core/event/new-event.ts'
import { CollectorIntake } from '../../../../../src/dialects/collecting/collector-intake.ts'
import type { LogClient } from '../../../../../src/dialects/hss/collect/log-client.ts'
import { readWindow } from '../../../../../src/dialects/hss/collect/log-reading.ts'
import type { LogRow } from '../../../../../src/dialects/hss/collect/row-event.ts'

function rowAt(time: number, number: number): LogRow {
  return {
    ...{ resource_name: 'r', resource_type: 't', event_name: 'n', event_type: 'e' },
    ...{ source_ip: '', user_name: '', content: '', event_id: `id-${number}`, time },
  }
}

/** An HSS with these rows, newest first, that skips no more than so many. */
function hssOf(rows: LogRow[], offsetMax: number): LogClient {
  return {
    async page({ fromMs, toMs, limit, offset }) {
      if (offset > offsetMax) throw new Error('HSS.0001')
      const found = rows
        .filter(({ time = 0 }) => time >= fromMs && time <= toMs)
        .sort((left, right) => (right.time ?? 0) - (left.time ?? 0))
      return { total: found.length, rows: found.slice(offset, offset + limit) }
    },
  }
}

/** Reads all from 0 to 100 ms; with what was stored, in order, and each position. */
async function read(client: LogClient, limits: { windowRows?: number; offsetMax?: number }) {
  const stored: NewEvent[] = []
  const known = new Set<string>()
  const positions: number[] = []
  const troubles: string[] = []
  let missing = 0
  const intake = new CollectorIntake({
    signal: new AbortController().signal,
    report: (report) => {
      missing = report.missing ?? 0
    },
    trouble: (message) => troubles.push(message),
    sink: {
      async append(events) {
        const fresh = events.filter(({ source }) => !known.has(source?.eventId ?? ''))
        for (const { source } of fresh) known.add(source?.eventId ?? '')
        stored.push(...fresh)
        return { accepted: fresh.length, duplicates: events.length - fresh.length }
      },
      position: async () => undefined,
      savePosition: async () => undefined,
    },
  })
  const options = { client, intake, ...limits }
  for await (const position of readWindow({ fromMs: 0, toMs: 100 }, options)) {
    positions.push(position)
  }
  return { stored, positions, troubles, missing }
}

test('every row is read once, oldest first, however many share a millisecond', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0, 1, 2, 50, 99, 100), { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      async (times, windowRows) => {
        const rows = times.map(rowAt)
        const { stored, positions, troubles } = await read(hssOf(rows, 1000), { windowRows })
        expect(stored.map(({ time }) => Date.parse(time ?? ''))).toEqual(
          [...times].sort((left, right) => left - right),
        )
        expect(new Set(stored.map(({ source }) => source?.eventId)).size).toBe(rows.length)
        expect(positions).toEqual([...positions].sort((left, right) => left - right))
        expect(positions.at(-1)).toBe(101)
        expect(troubles).toEqual([])
      },
    ),
  )
})

test('a millisecond with more rows than HSS skips is reported, and the rest is read', async () => {
  const rows = Array.from({ length: 1000 }, (_, number) => rowAt(number < 700 ? 7 : 8, number))
  const limits = { windowRows: 100, offsetMax: 300 }
  const { stored, missing, troubles } = await read(hssOf(rows, 300), limits)
  const [gap, ...others] = stored.filter(({ action }) => action === 'collector.gap')
  expect(others).toEqual([])
  expect(gap).toMatchObject({
    time: '1970-01-01T00:00:00.007000Z',
    level: 'warn',
    message:
      'image operations: 300 of the 700 rows ' +
      'from 1970-01-01T00:00:00.007000Z to 1970-01-01T00:00:00.007000Z ' +
      'are missing',
    details: { fromMs: 7, toMs: 7, expected: 700, found: 400, missing: 300 },
  })
  expect([stored.length - 1, missing, troubles.length]).toEqual([700, 300, 1])
})

test('rows that come while pages are read are neither lost nor doubled', async () => {
  const rows = Array.from({ length: 500 }, (_, number) => rowAt(50, number))
  const hss = hssOf(rows, 10_000)
  let asked = 0
  const client: LogClient = {
    async page(question) {
      asked += 1
      if (asked < 4) rows.unshift(rowAt(60, 1000 + asked))
      return hss.page(question)
    },
  }
  const { stored, missing } = await read(client, {})
  expect([stored.length, missing]).toEqual([rows.length, 0])
})

test('rows that HSS counts but does not answer are requested again, then reported', async () => {
  const rows = Array.from({ length: 250 }, (_, number) => rowAt(50, number))
  const hss = hssOf(rows, 10_000)
  let readings = 0
  const client: LogClient = {
    async page(question) {
      if (question.offset === 0) readings += 1
      const page = await hss.page(question)
      return { ...page, rows: page.rows.filter(({ event_id }) => event_id !== 'id-249') }
    },
  }
  const { missing, stored } = await read(client, {})
  expect([readings, missing, stored.length]).toEqual([3, 1, 250])
})
