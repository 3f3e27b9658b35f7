import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlacedEntry } from '../../../../../../src/dialects/quay/collect/collected-log.ts'
import { placed } from '../../../../../../src/dialects/quay/collect/collected-log.ts'
import type {
  LogClient,
  LogQuestion,
} from '../../../../../../src/dialects/quay/collect/log-client.ts'
import {
  EntryCounts,
  gapsBetween,
  missingOf,
} from '../../../../../../src/dialects/quay/collect/walk/entry-counts.ts'
import { oldestFirst } from '../../../../../../src/dialects/quay/collect/walk/log-walk.ts'
import { rereadDay } from '../../../../../../src/dialects/quay/collect/walk/reread-day.ts'
import { lossyPage } from '../../../../../support/lossy-pager.ts'

const LOG = { kind: 'organization', namespace: 'acme' } as const
const WHOLE: LogQuestion = { log: LOG, window: { from: 0, to: 1 } }

function entry(second: number, by: string, repo = 'app', id = 0): PlacedEntry {
  const performer = { name: by, isRobot: false }
  return placed(
    { entry: { kind: 'push_repo', metadata: { repo, id }, ip: null, second, performer } },
    LOG,
  )
}

/** Newest first, as a Quay answers. */
function newestFirst(entries: readonly PlacedEntry[]): readonly PlacedEntry[] {
  return [...entries].sort((one, other) => other.entry.second - one.entry.second)
}

/** A client of a Quay that has these entries; its pager is the real one's, losses and all. */
function lossyClient(entries: readonly PlacedEntry[]): LogClient {
  return {
    async page({ log, performer }, after) {
      const rows = newestFirst(entries).filter(
        ({ entry }) =>
          (performer === undefined || entry.performer?.name === performer) &&
          (log.kind !== 'repository' || entry.metadata['repo'] === log.repository),
      )
      const page = lossyPage(rows, ({ entry }) => entry.second, after)
      return { entries: page.rows, ...(page.next !== undefined && { next: page.next }) }
    },
    counts: async () => new EntryCounts().add(entries).days,
    ownName: async () => 'alice',
  }
}

/** A client of a Quay that loses nothing. */
function exactClient(entries: readonly PlacedEntry[]): LogClient {
  return {
    ...lossyClient(entries),
    async page(_question, after = '0') {
      const from = Number(after)
      const rows = newestFirst(entries).slice(from, from + 20)
      const isLast = from + 20 >= entries.length
      return { entries: rows, ...(!isLast && { next: String(from + 20) }) }
    },
  }
}

async function read(client: LogClient, entriesMax: number, fromSecond?: number) {
  const parts: (readonly PlacedEntry[])[] = []
  const walk = { question: WHOLE, entriesMax, ...(fromSecond !== undefined && { fromSecond }) }
  for await (const { entries } of oldestFirst(client, walk)) parts.push(entries)
  return parts
}

const someEntries = fc.array(
  fc.record({ second: fc.integer({ min: 0, max: 30 }), by: fc.constantFrom('a', 'b', 'c') }),
  // Short lists fit on a page, and tell nothing.
  { minLength: 60, maxLength: 150, size: 'max' },
)

describe('a walk over a log', () => {
  test('gives every entry once and oldest first, however few may be held', async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, fc.integer({ min: 1, max: 60 }), async (some, entriesMax) => {
        const entries = some.map(({ second, by }, at) => entry(second, by, 'app', at))
        const parts = await read(exactClient(entries), entriesMax)
        expect(parts.flat()).toEqual([...newestFirst(entries)].reverse())
        for (const part of parts) expect(part.length).toBeLessThan(entriesMax + 20)
      }),
      { numRuns: 50 },
    )
  })

  test('ends where it is told to', async () => {
    const entries = Array.from({ length: 100 }, (_, at) => entry(at, 'a', 'app', at))
    const parts = await read(exactClient(entries), 1000, 60)
    expect(parts.flat().map((one) => one.entry.second)).toEqual(
      entries.slice(60).map((one) => one.entry.second),
    )
  })

  test('notices that its pages began anew, as they do when a token has expired', async () => {
    const entries = Array.from({ length: 100 }, (_, at) => entry(at, 'a', 'app', at))
    const client = exactClient(entries)
    const forgetful = {
      ...client,
      page: (question: LogQuestion) => client.page(question, undefined),
    }
    await expect(read(forgetful, 1000)).rejects.toThrow('its pages repeat or go on')
  })
})

describe('a day that does not add up', () => {
  test('is never made larger than it is, and what is missing is counted', async () => {
    await fc.assert(
      fc.asyncProperty(someEntries, async (some) => {
        const entries = some.map(({ second, by }, at) => entry(second, by, 'app', at % 7))
        const client = lossyClient(entries)
        const found = (await read(client, 1000)).flat()
        const expected = new EntryCounts().add(entries).days
        const day = await rereadDay(client, { log: LOG, day: 0, found, expected, entriesMax: 1000 })
        const missing = day.gap === undefined ? 0 : missingOf(day.gap)
        expect(day.entries.length + missing).toBe(entries.length)
        expect(day.entries.length).toBeGreaterThanOrEqual(found.length)
        const left = entries.map(({ key }) => key)
        for (const { key } of day.entries) {
          expect(left).toContain(key)
          left.splice(left.indexOf(key), 1)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('is had whole by its performers and repositories when each fits on a page', async () => {
    const byPerformer = ['a', 'b', 'c', 'd'].flatMap((by) =>
      Array.from({ length: 19 }, (_, at) => entry(Math.floor(at / 5), by, 'app', at)),
    )
    const byRepository = ['x', 'y', 'z'].flatMap((repo) =>
      Array.from({ length: 19 }, (_, at) => entry(40 + Math.floor(at / 5), 'e', repo, at)),
    )
    const entries = [...byPerformer, ...byRepository]
    const client = lossyClient(entries)
    const found = (await read(client, 1000)).flat()
    expect(found.length).toBeLessThan(entries.length)
    const expected = new EntryCounts().add(entries).days
    const day = await rereadDay(client, { log: LOG, day: 0, found, expected, entriesMax: 1000 })
    expect(day.gap).toBeUndefined()
    expect(day.entries).toHaveLength(entries.length)
    const seconds = day.entries.map(({ entry }) => entry.second)
    expect(seconds).toEqual([...seconds].sort((one, other) => one - other))
  })

  test('more than was counted is no gap', () => {
    const found = new EntryCounts().add([entry(1, 'a'), entry(2, 'a')]).days
    expect(gapsBetween(new Map([[0, new Map([['push_repo', 1]])]]), found)).toEqual([])
  })
})
