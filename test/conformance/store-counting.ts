import { expect, test } from 'vitest'
import type { Condition, EventFilter } from '../../src/core/query/query.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { countStatements, readTopValues } from '../../src/store/clickhouse/read/event-counts.ts'
import { eventOf } from '../support/store-events.ts'
import type { StoreHarness } from '../support/store-harness.ts'
import { StoreModel } from '../support/store-model.ts'

const HOUR_MICROS = 60 * 60 * 1_000_000

const OF_IMAGES: Condition = { field: 'category', in: ['image', 'container'] }

/** What totals are asked about, and the counts by day that have it. */
const COUNTED_BY_DAY: readonly (readonly [counts: RegExp, ...conditions: Condition[]])[] = [
  [/\(by_shape_and_day\)/],
  [/\(by_namespace_and_day\)/, { field: 'namespace', in: ['n1'] }],
  [/\(by_shape_and_day\)/, OF_IMAGES, { field: 'action', notIn: ['token.use'] }],
  [
    /\(by_shape_and_day\)/,
    { anyOf: [[{ field: 'verb', in: ['push'] }], [{ field: 'sourceKind', notIn: ['api'] }]] },
  ],
  [
    /\(by_shape_and_day\)/,
    { field: 'actorKind', in: ['user'] },
    { field: 'targetType', notIn: ['step'] },
  ],
  [/\(by_shape_and_day\)/, { field: 'nativeAction', inIgnoringCase: ['Push_Repo'] }],
  [/\(by_actor_and_day\)/, OF_IMAGES, { field: 'actorName', in: ['alice'] }],
  [
    /\(by_actor_and_day\)/,
    {
      anyOf: [
        [{ field: 'actorEmail', inIgnoringCase: ['Alice'] }],
        [
          { field: 'actorEmail', in: [''] },
          { field: 'actorName', inIgnoringCase: ['Alice'] },
        ],
      ],
    },
  ],
  [
    /\(by_repository_and_day\)/,
    { field: 'namespace', in: ['n1'] },
    { field: 'repository', in: ['r1'] },
  ],
  [
    /\(by_namespace_and_day\)/,
    { field: 'namespace', in: ['n1'] },
    {
      anyOf: [
        [{ field: 'tag', notIn: [''] }],
        [
          { field: 'digest', in: [''] },
          { field: 'targetName', in: [''] },
        ],
      ],
    },
  ],
  [/\(by_address_and_day\)/, OF_IMAGES, { field: 'ip', in: ['192.0.2.7'] }],
]

export function describeCounting(harness: () => StoreHarness): void {
  test('a histogram over its limit of buckets is an error, not a part of the answer', async () => {
    const opened = await harness().open()
    const tenant = 'buckets'
    const days = [1, 2, 3].map((day) => formatTimestamp(Date.UTC(2026, 5, day) * 1000))
    await opened.insert(days.map((time) => eventOf({ tenant, time })))
    const query = {
      filter: { tenants: [tenant], conditions: [] },
      interval: 'day' as const,
      by: [],
    }
    const { reader } = opened.store
    expect(await reader.histogram({ ...query, bucketsMax: 3 })).toEqual(
      [1, 2, 3].map((day) => ({ timeMicros: Date.UTC(2026, 5, day) * 1000, keys: [], count: 1 })),
    )
    await expect(reader.histogram({ ...query, bucketsMax: 2 })).rejects.toMatchObject({
      code: 'query.too-many-buckets',
    })
  })

  test('totals of whole days are read from the counts by day, not from the events', async () => {
    const opened = await harness().open()
    // It meets every condition: where nothing does, the engine may read nothing at all.
    const target = { namespace: 'n1', repository: 'r1' }
    const client = { ip: '192.0.2.7' }
    const nativeAction = 'push_repo'
    await opened.insert([eventOf({ tenant: 'totals', target, client, nativeAction })])
    const connection = await harness().connect()
    for (const [counts, ...conditions] of COUNTED_BY_DAY) {
      const [statement, ...others] = countStatements({ tenants: ['totals'], conditions })
      expect(others).toEqual([])
      const explained = { ...statement, sql: `EXPLAIN ${statement?.sql}` }
      const plan = await connection.rows<[string]>(explained)
      const text = plan.flat().join('\n')
      expect(text, JSON.stringify(conditions)).toMatch(
        new RegExp(`ReadFromMergeTree ${counts.source}`),
      )
    }
  })

  test('counts are exact at the edges of days, whole days or not', async () => {
    const opened = await harness().open()
    const model = new StoreModel()
    const times = [1, 2, 3, 4].flatMap((day) => {
      const start = Date.UTC(2026, 6, day) * 1000
      return [start - 1, start, start + HOUR_MICROS]
    })
    model.events.push(
      ...(await opened.insert(
        times.map((time, index) =>
          eventOf({
            tenant: 'edges',
            time: formatTimestamp(time),
            target: { namespace: `n${index % 2}` },
          }),
        ),
      )),
    )
    const { reader } = opened.store
    for (const fromMicros of times) {
      for (const toMicros of times) {
        const filter = { tenants: ['edges'], conditions: [], fromMicros, toMicros }
        expect(await reader.count(filter)).toBe(model.matching(filter).length)
        const query = { filter, interval: 'day' as const, by: ['namespace' as const] }
        const buckets = await reader.histogram({ ...query, bucketsMax: 100 })
        const expected = model.histogram({ ...query, bucketsMax: 100 })
        expect(buckets).toHaveLength(expected.length)
        expect(buckets).toEqual(expect.arrayContaining([...expected]))
      }
    }
  })

  test('top values are of all events, or of the latest when that reads too much', async () => {
    const opened = await harness().open()
    const tenant = 'top-values'
    const start = Date.UTC(2026, 4, 1) * 1000
    const model = new StoreModel()
    const events = Array.from({ length: 60 }, (_, hour) =>
      eventOf({
        tenant,
        time: formatTimestamp(start + hour * HOUR_MICROS),
        action: ['image.push', 'image.pull', 'tag.delete'][hour % 3 && (hour % 5 ? 1 : 2)] ?? '',
        target: { namespace: `n${hour % 7}`, name: `t${hour % 4}` },
      }),
    )
    model.events.push(...(await opened.insert(events)))
    const { reader } = opened.store
    const all = { tenants: [tenant], conditions: [] }
    const filters: readonly EventFilter[] = [
      all,
      { ...all, fromMicros: start + 5 * HOUR_MICROS, toMicros: start + 51 * HOUR_MICROS },
      { ...all, conditions: [{ field: 'targetName', in: ['t1', 't2'] }] },
      { ...all, conditions: [{ text: 'push' }] },
      { ...all, conditions: [{ field: 'namespace', in: ['none'] }] },
    ]
    for (const filter of filters) {
      for (const by of [['action'], ['namespace'], ['sourceKind', 'sourceName']] as const) {
        for (const valuesMax of [1, 2, 100]) {
          const found = await reader.topValues({ filter, by, valuesMax })
          const values = model.topValues({ filter, by, valuesMax })
          expect(found).toEqual({ values, isApproximate: false })
        }
      }
    }
    const newestMicros = start + 59 * HOUR_MICROS
    const latest = { ...all, fromMicros: newestMicros - 10 * HOUR_MICROS }
    const query = { filter: all, by: ['targetName'] as const, valuesMax: 100 }
    const found = await readTopValues(await harness().connect(), query, {
      rowsMax: 1,
      sampleMicros: 10 * HOUR_MICROS,
      newest: async () => newestMicros,
    })
    const values = model.topValues({ ...query, filter: latest })
    expect(found).toEqual({ values, isApproximate: true })
  })

  test('a question that is too large for the engine is to be asked otherwise', async () => {
    const { reader } = (await harness().open()).store
    const anyOf = Array.from({ length: 20_000 }, (_, index): Condition[] => [
      { field: 'targetName', in: [`n${index}`] },
    ])
    const filter = { tenants: ['edges'], conditions: [{ anyOf }] }
    const refusal = { code: 'query.too-complex', status: 400 }
    await expect(reader.count(filter)).rejects.toMatchObject(refusal)
    await expect(reader.page({ filter, order: 'newest', limit: 1 })).rejects.toMatchObject(refusal)
    const first = reader.export(filter, 'ndjson')[Symbol.asyncIterator]().next()
    await expect(first).rejects.toMatchObject(refusal)
  })
}
