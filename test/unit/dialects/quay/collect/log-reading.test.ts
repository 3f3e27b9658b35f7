import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewEvent } from '../../../../../src/core/event/new-event.ts'
import { CollectorIntake } from '../../../../../src/dialects/collecting/collector-intake.ts'
import type { PlacedEntry } from '../../../../../src/dialects/quay/collect/collected-log.ts'
import { placed } from '../../../../../src/dialects/quay/collect/collected-log.ts'
import type { LogPosition } from '../../../../../src/dialects/quay/collect/collector-position.ts'
import type { LogClient } from '../../../../../src/dialects/quay/collect/log-client.ts'
import { LogReading } from '../../../../../src/dialects/quay/collect/log-reading.ts'
import { EntryCounts } from '../../../../../src/dialects/quay/collect/walk/entry-counts.ts'
import { DAY_SECONDS, dayOfSecond } from '../../../../../src/dialects/quay/entries/calendar-day.ts'

const LOG = { kind: 'organization', namespace: 'acme' } as const
/** The end of January: the days before and after it are in two months. */
const FIRST_DAY = dayOfSecond(Date.UTC(2024, 0, 29) / 1000)
const DAYS = 5
/** In the middle of the last day. */
const NOW_SECOND = (FIRST_DAY + DAYS) * DAY_SECONDS - DAY_SECONDS / 2

class Interruption extends Error {}

interface Model {
  readonly entries: PlacedEntry[]
  readonly isCounting: boolean
}

/** A Quay that loses nothing. */
function clientOf({ entries, isCounting }: Model): LogClient {
  const within = (from: number, to: number) =>
    entries.filter(({ entry }) => {
      const day = dayOfSecond(entry.second)
      return day >= from && day < to
    })
  return {
    async page({ window }, after = '0') {
      const rows = within(window.from, window.to).sort(
        (one, other) => other.entry.second - one.entry.second,
      )
      const end = Number(after) + 20
      const page = rows.slice(Number(after), end)
      return { entries: page, ...(end < rows.length && { next: String(end) }) }
    },
    async counts({ window }) {
      return isCounting ? new EntryCounts().add(within(window.from, window.to)).days : undefined
    },
    ownName: async () => 'alice',
  }
}

/** What was stored, by id, in the order of storing. */
class Ledger {
  readonly events = new Map<string, NewEvent>()
  /** Appends until the next interruption. */
  appendsLeft = Number.POSITIVE_INFINITY

  async append(events: readonly NewEvent[]) {
    if (this.appendsLeft <= 0) throw new Interruption()
    this.appendsLeft -= 1
    let accepted = 0
    for (const event of events) {
      const id = event.source?.eventId ?? ''
      if (!this.events.has(id)) accepted += 1
      this.events.set(id, this.events.get(id) ?? event)
    }
    return { accepted, duplicates: events.length - accepted }
  }
}

interface RunOptions {
  readonly model: Model
  readonly ledger: Ledger
  readonly entriesMax: number
  readonly nowSecond?: number
}

/** One run; answers the position that it leaves, interrupted or not. */
async function run(from: LogPosition, options: RunOptions): Promise<LogPosition> {
  const { model, ledger, entriesMax, nowSecond = NOW_SECOND } = options
  const sink = {
    append: (events: readonly NewEvent[]) => ledger.append(events),
    position: async () => undefined,
    savePosition: async () => undefined,
  }
  const signal = new AbortController().signal
  const trouble = () => undefined
  const reading = new LogReading({
    client: clientOf(model),
    intake: new CollectorIntake({ sink, signal, report: () => undefined, trouble }),
    log: LOG,
    sourceName: 'main',
    nowSecond,
    entriesMax,
    trouble,
  })
  let position = from
  try {
    for await (const next of reading.readFrom(from)) position = next
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
  }
  return position
}

const someEntries = fc.array(
  fc.record({
    second: fc.oneof(
      fc.integer({ min: FIRST_DAY * DAY_SECONDS, max: NOW_SECOND }),
      fc.constantFrom(FIRST_DAY * DAY_SECONDS, NOW_SECOND - 30, NOW_SECOND),
    ),
    tag: fc.constantFrom('a', 'b'),
  }),
  { maxLength: 120 },
)

function entryOf({ second, tag }: { readonly second: number; readonly tag: string }): PlacedEntry {
  return placed({ entry: { kind: 'push_repo', metadata: { tag }, ip: null, second } }, LOG)
}

function timesOf(ledger: Ledger): readonly string[] {
  return [...ledger.events.values()].map(({ time = '' }) => time)
}

test('runs that are interrupted leave no hole, and together bring each entry once', async () => {
  await fc.assert(
    fc.asyncProperty(
      someEntries,
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      async (some, interruptions, entriesMax, isCounting) => {
        const model = { entries: some.map(entryOf), isCounting }
        const ledger = new Ledger()
        let position: LogPosition = { day: FIRST_DAY, second: 0 }
        for (const appends of [...interruptions, Number.POSITIVE_INFINITY]) {
          ledger.appendsLeft = appends
          position = await run(position, { model, ledger, entriesMax })
          const before = model.entries.filter(
            ({ entry }) => dayOfSecond(entry.second) < position.day,
          )
          const first = `${new Date(position.day * DAY_SECONDS * 1000).toISOString().slice(0, 10)}`
          expect(timesOf(ledger).filter((time) => time < first)).toHaveLength(before.length)
        }
        expect(ledger.events.size).toBe(some.length)
        // The ledger's order is that of time, so that equal times are answered as Quay does.
        expect(timesOf(ledger)).toEqual([...timesOf(ledger)].sort())
      },
    ),
    { numRuns: 60 },
  )
})

test('late entries are read too, and a day is read whole when it is over', async () => {
  const model: Model = { entries: [], isCounting: true }
  const ledger = new Ledger()
  let position: LogPosition = { day: FIRST_DAY, second: 0 }
  const add = (second: number, tag: string) => model.entries.push(entryOf({ second, tag }))
  const runAt = async (nowSecond: number) => {
    position = await run(position, { model, ledger, entriesMax: 1000, nowSecond })
    return ledger.events.size
  }
  add(NOW_SECOND - 10, 'first')
  expect(await runAt(NOW_SECOND)).toBe(1)
  add(NOW_SECOND - 300, 'late')
  add(NOW_SECOND + 50, 'new')
  expect(await runAt(NOW_SECOND + 60)).toBe(3)
  // Later than the overlap: it is found when its day is over.
  add(NOW_SECOND - 7200, 'very late')
  expect(await runAt(NOW_SECOND + 120)).toBe(3)
  expect(await runAt(NOW_SECOND + DAY_SECONDS)).toBe(4)
  expect(position.day).toBe(dayOfSecond(NOW_SECOND) + 1)
})

test('an entry with a time to come does not hide those before it', async () => {
  const model: Model = { entries: [], isCounting: true }
  const ledger = new Ledger()
  model.entries.push(entryOf({ second: NOW_SECOND + 40_000, tag: 'ahead' }))
  const first = { day: dayOfSecond(NOW_SECOND), second: 0 }
  const position = await run(first, { model, ledger, entriesMax: 10 })
  model.entries.push(entryOf({ second: NOW_SECOND + 20, tag: 'present' }))
  await run(position, { model, ledger, entriesMax: 10, nowSecond: NOW_SECOND + 60 })
  expect(ledger.events.size).toBe(2)
})
