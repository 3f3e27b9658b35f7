import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewEvent } from '../../../../../src/core/event/new-event.ts'
import { CollectorIntake } from '../../../../../src/dialects/collecting/collector-intake.ts'
import { readAudit } from '../../../../../src/dialects/opsera/collect/audit-reading.ts'
import {
  DAY_MS,
  type LogPosition,
} from '../../../../../src/dialects/opsera/collect/collector-position.ts'
import { readDays } from '../../../../../src/dialects/opsera/collect/day-reading.ts'
import { type AskLog, timeOf } from '../../../../../src/dialects/opsera/collect/log-client.ts'
import type { LogRow } from '../../../../../src/dialects/opsera/collect/row-event.ts'
import {
  readAuditParameters,
  readVersionOne,
} from '../../../../../src/dialects/opsera/parameters.ts'
import type { LogName } from '../../../../../src/dialects/opsera/selection.ts'

const FIRST_MS = Date.UTC(2026, 9, 1)
const DAYS = 50
/** In the middle of the last day. */
const NOW_MS = FIRST_MS + DAYS * DAY_MS - DAY_MS / 2
const START: LogPosition = { dayMs: FIRST_MS, newestMs: 0 }

class Interruption extends Error {}

/** An Opsera that answers at most so many rows. */
function opsera(rows: readonly LogRow[], rowsMax: number, queries: object[] = []): AskLog {
  return async (log, query) => {
    queries.push(query)
    const { range, types, scopes, page } =
      log === 'audit'
        ? { ...readAuditParameters(query) }
        : readVersionOne(
            query,
            { filter: log === 'tokens' ? 'scope' : 'type', allTime: false },
            NOW_MS * 1000,
          )
    const { fromMicros = 0, toMicros = Number.POSITIVE_INFINITY } = range
    const matching = rows
      .filter(({ createdMs = 0, members }) => {
        const micros = createdMs * 1000
        const value = log === 'tokens' ? members['scope'] : members['type']
        const wanted = types ?? scopes
        // Whatever their case, as Waybill does.
        const isWanted =
          wanted === undefined ||
          wanted.some((one) => one.toLowerCase() === String(value).toLowerCase())
        return micros >= fromMicros && micros < toMicros && isWanted
      })
      .sort((one, other) => timeOf(other) - timeOf(one))
    const start = (page - 1) * rowsMax
    return { count: matching.length, rows: matching.slice(start, start + rowsMax) }
  }
}

/** What was stored, by id, in the order of storing. */
class Ledger {
  readonly events = new Map<string, NewEvent>()
  readonly troubles: string[] = []
  appendsLeft = Number.POSITIVE_INFINITY

  async append(events: readonly NewEvent[]) {
    if (this.appendsLeft <= 0) throw new Interruption()
    this.appendsLeft -= 1
    let accepted = 0
    for (const event of events) {
      const id = event.source?.eventId ?? ''
      if (!this.events.has(id)) accepted += 1
      this.events.set(id, event)
    }
    return { accepted, duplicates: events.length - accepted }
  }

  get ids(): readonly string[] {
    return [...this.events.keys()].filter((id) => !id.startsWith('gap-')).sort()
  }

  get gaps(): readonly NewEvent[] {
    return [...this.events.values()].filter(({ action }) => action === 'collector.gap')
  }
}

interface Run {
  readonly log: LogName
  readonly ask: AskLog
  readonly ledger: Ledger
  readonly nowMs?: number
  readonly rowsHeldMax?: number
}

async function run(from: LogPosition, options: Run): Promise<LogPosition> {
  const { log, ask, ledger, nowMs = NOW_MS, rowsHeldMax = 40 } = options
  const sink = {
    append: (events: readonly NewEvent[]) => ledger.append(events),
    position: async () => undefined,
    savePosition: async () => undefined,
  }
  const trouble = (message: string) => ledger.troubles.push(message)
  const signal = new AbortController().signal
  const intake = new CollectorIntake({ sink, signal, report: () => undefined, trouble })
  let position = from
  const read = log === 'audit' ? readAudit : readDays
  try {
    for await (position of read(log, from, { ask, intake, nowMs, rowsHeldMax }));
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
  }
  return position
}

const drawnRows = fc
  .array(
    fc.record({
      // Crowded days, and ties.
      at: fc.oneof(
        fc.integer({ min: 0, max: NOW_MS - FIRST_MS }),
        fc.integer({ min: 0, max: 20 }).map((step) => 10 * DAY_MS + step * 500),
        fc.integer({ min: 0, max: 20 }).map((step) => NOW_MS - FIRST_MS - step * 60_000),
      ),
      type: fc.constantFrom('pipeline', 'registry', 'odd one'),
      scope: fc.constantFrom('api', 'security-logs'),
    }),
    { maxLength: 60 },
  )
  .map((drawn) =>
    drawn.map(({ at, type, scope }, index): LogRow => {
      const id = index.toString(16).padStart(24, '0')
      const createdMs = FIRST_MS + at
      const createdAt = new Date(createdMs).toISOString()
      return { id, createdMs, members: { _id: id, type, scope, createdAt } }
    }),
  )
const idsOf = (rows: readonly LogRow[]) => rows.map(({ id }) => id).sort()

test.each<LogName>(['audit', 'actions', 'tokens', 'pipelines'])(
  'every row of %s is stored once, whatever interrupts the reading',
  async (log) => {
    await fc.assert(
      fc.asyncProperty(drawnRows, fc.integer({ min: 0, max: 8 }), async (rows, appends) => {
        const ledger = new Ledger()
        // So few rows that windows are narrowed, so many that each type of a day fits.
        const ask = opsera(rows, 60)
        ledger.appendsLeft = appends
        const position = await run(START, { log, ask, ledger })
        ledger.appendsLeft = Number.POSITIVE_INFINITY
        const last = await run(position, { log, ask, ledger })
        expect(ledger.ids).toEqual(idsOf(rows))
        expect(ledger.gaps).toEqual([])
        const before = ledger.events.size
        await run(last, { log, ask, ledger })
        expect(ledger.events.size).toBe(before)
      }),
      { numRuns: 40 },
    )
  },
)

test('of the audit log nothing is missing, however many rows a second has', async () => {
  await fc.assert(
    fc.asyncProperty(drawnRows, fc.integer({ min: 1, max: 9 }), async (rows, rowsMax) => {
      const ledger = new Ledger()
      await run(START, { log: 'audit', ask: opsera(rows, rowsMax), ledger, rowsHeldMax: 5 })
      expect(ledger.ids).toEqual(idsOf(rows))
      expect(ledger.gaps).toEqual([])
    }),
    { numRuns: 40 },
  )
})

function crowdedDay(count: number, types: readonly string[]): LogRow[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index.toString(16).padStart(24, '0')
    const createdMs = FIRST_MS + 3 * DAY_MS + index * 1000
    const createdAt = new Date(createdMs).toISOString()
    return {
      id,
      createdMs,
      members: { _id: id, type: types[index % types.length] ?? '', createdAt },
    }
  })
}

test('a day with too many rows is asked for once for each type', async () => {
  const rows = crowdedDay(90, ['pipeline', 'registry', 'a new one'])
  const ledger = new Ledger()
  const queries: object[] = []
  await run(START, { log: 'actions', ask: opsera(rows, 40, queries), ledger })
  expect(ledger.ids).toEqual(idsOf(rows))
  expect(ledger.gaps).toEqual([])
  expect(queries).toContainEqual({ date: '2026-10-04', count: '1000', type: 'a new one' })
})

test('unreadable rows are reported by an event, once', async () => {
  const rows = crowdedDay(90, ['pipeline'])
  const ledger = new Ledger()
  const ask = opsera(rows, 40)
  const position = await run(START, { log: 'actions', ask, ledger })
  expect(ledger.ids).toEqual(idsOf(rows.slice(50)))
  expect(ledger.gaps).toMatchObject([
    {
      details: {
        from: '2026-10-04T00:00:00.000Z',
        to: '2026-10-05T00:00:00.000Z',
        expected: 90,
        found: 40,
      },
      target: { name: 'actions' },
    },
  ])
  expect(ledger.troubles).toHaveLength(1)
  await run(START, { log: 'actions', ask, ledger })
  await run(position, { log: 'actions', ask, ledger })
  expect(ledger.gaps).toHaveLength(1)
})

test('rows missing in all answers are reported, though others are counted twice', async () => {
  // The newest 60 hide the type of the other 30, and have two types that are one to a filter.
  const types = Array.from({ length: 60 }, (_, index) => (index % 2 ? 'pipeline' : 'Pipeline'))
  const rows = crowdedDay(90, [...Array<string>(30).fill('hidden'), ...types])
  const ledger = new Ledger()
  await run(START, { log: 'actions', ask: opsera(rows, 60), ledger })
  expect(ledger.ids).toEqual(idsOf(rows.slice(30)))
  expect(ledger.gaps).toMatchObject([{ details: { expected: 90, found: 60 } }])
})

test.each<LogName>(['audit', 'actions', 'tokens', 'pipelines'])(
  'rows of %s that have one millisecond are stored in the order in which they are answered',
  async (log) => {
    const rows = crowdedDay(50, ['pipeline']).map((row) => ({ ...row, createdMs: FIRST_MS }))
    const ledger = new Ledger()
    await run(START, { log, ask: opsera(rows, 20_000), ledger })
    expect([...ledger.events.keys()]).toEqual(rows.map(({ id }) => id).reverse())
  },
)

test('a day that is read while it grows loses nothing that an answer reaches to', async () => {
  const rows = crowdedDay(90, ['pipeline'])
  const ledger = new Ledger()
  let position = START
  for (let count = 30; count <= 90; count += 30) {
    const nowMs = FIRST_MS + 3 * DAY_MS + count * 1000
    const ask = opsera(rows.slice(0, count), 40)
    position = await run(position, { log: 'actions', ask, ledger, nowMs })
  }
  expect(ledger.ids).toEqual(idsOf(rows))
  expect(ledger.gaps).toEqual([])
})
