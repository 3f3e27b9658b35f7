import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { draftOf } from '../../src/core/event/draft.ts'
import type { Event } from '../../src/core/event/event.ts'
import type { Condition } from '../../src/core/query/query.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { OnlyTenant } from '../../src/store/clickhouse/filter/only-tenant.ts'
import { migrate } from '../../src/store/clickhouse/migrate.ts'
import { countStatements } from '../../src/store/clickhouse/read/event-counts.ts'
import { KnownShapes } from '../../src/store/clickhouse/shapes/known-shapes.ts'
import { partByShapes } from '../../src/store/clickhouse/shapes/shape-parts.ts'
import { createEventWriter } from '../../src/store/clickhouse/write/event-writer.ts'
import { canonicalOf, eventOf } from '../support/store-events.ts'

/** Alternatives of which each event can meet one: what HSS shows as the name of a resource. */
const CALLED_TEAM_BOX: Condition = {
  anyOf: [
    [{ field: 'targetName', in: ['team/box'] }],
    [
      { field: 'targetName', in: [''] },
      { field: 'repository', in: [''] },
      { field: 'targetId', in: ['team/box'] },
    ],
    [
      { field: 'targetName', in: [''] },
      { field: 'namespace', in: ['team'] },
      { field: 'repository', in: ['box'] },
    ],
  ],
}

test('what the shapes of events tell is not asked of the engine', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'waybill-shapes-'))
  const connection = openChdb(dataDirectory)
  try {
    await migrate(connection)
    const knownShapes = new KnownShapes(connection)
    const onlyTenant = new OnlyTenant(connection)
    const writer = createEventWriter(connection, { origin: 'alone', onlyTenant, knownShapes })
    const insert = async (firstSeq: number, event: Event) =>
      writer.insert({ firstSeq, rows: [writer.encode([draftOf(event, canonicalOf(event))], '')] })
    const parted = (...conditions: Condition[]) =>
      partByShapes({ tenants: ['default'], conditions }, knownShapes)

    await insert(0, eventOf({ target: { namespace: 'team', repository: 'box' } }))
    expect(await parted({ field: 'targetName', in: ['team/box'] })).toMatchObject({ parts: [] })
    const called = await parted(CALLED_TEAM_BOX)
    const left = { conditions: CALLED_TEAM_BOX.anyOf[2]?.slice(1) }
    expect(called.parts).toMatchObject([left])
    const [statement, ...others] = countStatements(called)
    expect(others).toEqual([])
    const plan = await connection.rows<[string]>({
      ...statement,
      sql: `EXPLAIN ${statement?.sql}`,
    })
    expect(plan.flat().join('\n')).toContain('(by_repository_and_day)')

    // From the first event on that has a name, names are asked for.
    await insert(1, eventOf({ target: { name: 'team/box' } }))
    const named = { conditions: [{ field: 'targetName', in: ['team/box'] }] }
    expect((await parted(CALLED_TEAM_BOX)).parts).toMatchObject([left, named])
  } finally {
    await connection.close()
    await rm(dataDirectory, { recursive: true, force: true })
  }
})
