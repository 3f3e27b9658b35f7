import { expect, test } from 'vitest'
import type { Actor, Target } from '../../src/core/event/event.ts'
import type { Condition, Field } from '../../src/core/query/query.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { filterSql } from '../../src/store/clickhouse/filter/filter-sql.ts'
import { StatementParameters } from '../../src/store/clickhouse/filter/statement-parameters.ts'
import { BASE_MICROS, eventOf } from '../support/store-events.ts'
import type { StoreHarness } from '../support/store-harness.ts'

const TENANT = 'indexed'
/** Several runs of every index: each covers some thousand rows. */
const EVENTS = 40_000
/**
 * The one event that has the rare values. They are fixed, since a filter over as few values as here
 * is the same in every run of rows, and mistakes one value in fifty for one that it holds.
 */
const RARE = 23_456
/** Most rows that a look-up by an index leaves: a few runs; without one it is all of them. */
const ROWS_MAX = EVENTS / 2

/** Behind the first day of the events, whichever end is asked from. */
const FAR_BACK = 30_000
const HOUR_MICROS = 3_600_000_000

const RARE_ACTOR: Actor = { kind: 'user', id: 'rare-id', name: 'rare-name', email: 'rare@mail' }
const RARE_TARGET: Target = {
  namespace: 'common',
  repository: 'the-rare-repository',
  id: 'rare-target',
  name: 'rare-target-name',
  tag: 'rare-tag',
  digest: 'sha256:rare',
}

const ACTOR_FIELDS = ['actorName', 'actorId', 'actorEmail'] as const
const TARGET_FIELDS = ['targetName', 'targetId', 'tag', 'digest'] as const
const COMMON: Condition = { field: 'namespace', in: ['common'] }

/** What clients ask for: a value that may stand in any of some fields, alone or in a namespace. */
const QUESTIONS: readonly (readonly Condition[])[] = [
  ...['rare-name', 'rare-id', 'rare@mail'].flatMap((value) => [
    [anyOf(ACTOR_FIELDS, value)],
    [COMMON, anyOf(ACTOR_FIELDS, value)],
  ]),
  [COMMON, { field: 'actorName', in: ['rare-name'] }],
  [
    {
      anyOf: [
        [{ field: 'actorEmail', inIgnoringCase: ['Rare-NAME'] }],
        [
          { field: 'actorEmail', notIn: ['nobody'] },
          { field: 'actorName', inIgnoringCase: ['Rare-NAME'] },
        ],
      ],
    },
  ],
  [COMMON, { field: 'repository', in: ['the-rare-repository'] }],
  ...['rare-target-name', 'rare-target', 'rare-tag', 'sha256:rare'].map((value) => [
    anyOf(TARGET_FIELDS, value),
  ]),
  [{ field: 'ip', in: ['192.0.2.77'] }],
  [{ text: 'needle' }],
]

function anyOf(fields: readonly Field[], value: string): Condition {
  return { anyOf: fields.map((field) => [{ field, in: [value] }]) }
}

export function describeIndexes(harness: () => StoreHarness): void {
  test('a rare value, or a page far back, is found without reading everything', async () => {
    const { store, insert } = await opened(harness())
    const connection = await harness().connect()
    const stored = await insert()
    // Indexes are made when parts are merged.
    await connection.command({ sql: 'OPTIMIZE TABLE events FINAL' })
    for (const conditions of QUESTIONS) {
      const filter = { tenants: [TENANT], conditions }
      const page = await store.reader.page({ filter, order: 'newest', limit: 5 })
      expect(page.events, JSON.stringify(conditions)).toEqual([stored[RARE]])
      const parameters = new StatementParameters()
      const where = filterSql(filter, parameters)
      const [estimate] = await connection.rows<[string, string, number, number]>({
        sql: `EXPLAIN ESTIMATE SELECT seq FROM events WHERE ${where}`,
        parameters: parameters.values,
      })
      expect(estimate?.[3], JSON.stringify(conditions)).toBeLessThanOrEqual(ROWS_MAX)
    }
    // A page far back, which is looked for by way of the counts by day.
    const filter = { tenants: [TENANT], conditions: [COMMON] }
    for (const skip of [FAR_BACK, EVENTS - 2, EVENTS]) {
      const newest = await store.reader.page({ filter, order: 'newest', limit: 5, skip })
      expect(newest.events).toEqual(stored.toReversed().slice(skip, skip + 5))
      const oldest = await store.reader.page({ filter, order: 'oldest', limit: 5, skip })
      expect(oldest.events).toEqual(stored.slice(skip, skip + 5))
    }
  })
}

async function opened(harness: StoreHarness) {
  const instance = await harness.open()
  const events = Array.from({ length: EVENTS }, (_, index) =>
    eventOf({
      tenant: TENANT,
      time: formatTimestamp(BASE_MICROS - Math.ceil((EVENTS - index) / 500) * HOUR_MICROS),
      actor: {
        kind: 'robot',
        name: `actor-${index % 50}`,
        id: `actor-id-${index % 50}`,
        email: `actor-${index % 50}@mail`,
      },
      target: {
        namespace: 'common',
        repository: `repository-${index % 40}`,
        id: `target-${index}`,
        name: `target-name-${index}`,
        tag: `tag-${index % 50}`,
        digest: `sha256:${index}`,
      },
      client: { ip: `192.0.2.${index % 50}` },
      ...(index === RARE && {
        actor: RARE_ACTOR,
        target: RARE_TARGET,
        client: { ip: '192.0.2.77' },
        message: 'a needle in a haystack',
      }),
    }),
  )
  return { store: instance.store, insert: () => instance.insert(events) }
}
