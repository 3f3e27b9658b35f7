import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { draftOf } from '../../src/core/event/draft.ts'
import type { ClickHouseConnection } from '../../src/store/clickhouse/connection/connection.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { OnlyTenant } from '../../src/store/clickhouse/filter/only-tenant.ts'
import { migrate } from '../../src/store/clickhouse/migrate.ts'
import { KnownShapes } from '../../src/store/clickhouse/shapes/known-shapes.ts'
import { createEventWriter } from '../../src/store/clickhouse/write/event-writer.ts'
import { canonicalOf, eventOf } from '../support/store-events.ts'

const SCHEMA = new URL('../../src/store/clickhouse/schema/', import.meta.url)

let directory: string
let connection: ClickHouseConnection

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-schema-'))
  connection = openChdb(directory)
})

afterAll(async () => {
  await connection.close()
  await rm(directory, { recursive: true, force: true })
})

beforeEach(async () => {
  await connection.command({ sql: 'DROP TABLE IF EXISTS schema_migrations' })
})

/** What the schema was before hashes of its files were recorded, with an event in it. */
async function writeFirstSchema(): Promise<void> {
  const files = (await readdir(SCHEMA)).sort().filter((file) => file < '007')
  await connection.command({
    sql: `CREATE TABLE schema_migrations (file String, applied DateTime64(6, 'UTC'))
      ENGINE = MergeTree ORDER BY file`,
  })
  for (const file of files) {
    await connection.command({ sql: await readFile(new URL(file, SCHEMA), 'utf8') })
    await connection.command({
      sql: 'INSERT INTO schema_migrations SELECT {file:String}, now64(6)',
      parameters: { file },
    })
  }
}

function writerOf() {
  const known = {
    knownShapes: new KnownShapes(connection),
    onlyTenant: new OnlyTenant(connection),
  }
  return createEventWriter(connection, { origin: 'first', ...known })
}

test('data of the first schema are used as they are, and their merges made durable', async () => {
  await writeFirstSchema()
  const event = eventOf({ target: { namespace: 'team', repository: 'box' } })
  const writer = writerOf()
  const rows = () => [writer.encode([draftOf(event, canonicalOf(event))], '')]
  await writer.insert({ firstSeq: 0, rows: rows() })
  await migrate(connection)
  await writer.insert({ firstSeq: 1, rows: rows() })
  expect(await writer.size()).toBe(2)
  const tables = await connection.rows<[string]>({
    sql: `SELECT name FROM system.tables WHERE database = currentDatabase()
      AND create_table_query LIKE '%fsync_after_insert = 1%'
      AND name != 'schema_migrations'
      AND create_table_query NOT LIKE '%min_rows_to_fsync_after_merge = 1%'`,
  })
  expect(tables).toEqual([])
  await expect
    .poll(() => filtersOf('by_words'), { timeout: 60_000 })
    .toEqual([{ name: 'by_words', isMade: true }])
  expect(await filtersOf('by_word')).toEqual([])
})

/** The index of this name, and whether it was made for the events that there are. */
async function filtersOf(index: string) {
  const rows = await connection.rows<[string, number]>({
    sql: `SELECT name, data_compressed_bytes FROM system.data_skipping_indices
      WHERE database = currentDatabase() AND table = 'events' AND name = {index:String}`,
    parameters: { index },
  })
  return rows.map(([name, bytes]) => ({ name, isMade: bytes > 0 }))
}

test('a start leaves a schema that is in place alone: a full disk would empty it', async () => {
  await migrate(connection)
  const definitions = async () => {
    const store = join(directory, 'clickhouse', 'store')
    const names = await readdir(store, { recursive: true })
    const files = names.filter((name) => name.endsWith('.sql'))
    return Promise.all(files.map(async (file) => [file, (await stat(join(store, file))).mtimeMs]))
  }
  const before = await definitions()
  expect(before.length).toBeGreaterThan(5)
  await migrate(connection)
  expect(await definitions()).toEqual(before)
})

test('data of a newer schema are refused by name', async () => {
  await migrate(connection)
  await connection.command({
    sql: `INSERT INTO schema_migrations SELECT '999-of-tomorrow.sql', now64(6), 'f00'`,
  })
  await expect(migrate(connection)).rejects.toMatchObject({
    code: 'store.unavailable',
    detail: expect.stringMatching(/newer version of Waybill \(999-of-tomorrow.sql\).*waybill send/),
  })
})

test('data of an older form of the schema are refused, with a way on', async () => {
  await migrate(connection)
  await connection.command({ sql: 'TRUNCATE TABLE schema_migrations' })
  await connection.command({
    sql: `INSERT INTO schema_migrations SELECT '001-events.sql', now64(6), 'f00'`,
  })
  await expect(migrate(connection)).rejects.toMatchObject({
    detail: expect.stringMatching(/older version of Waybill.*waybill export/),
  })
})

test('so are those from before hashes were recorded whose columns differ', async () => {
  await writeFirstSchema()
  await connection.command({ sql: 'DROP TABLE event_inbox' })
  await connection.command({ sql: 'CREATE TABLE event_inbox (seq UInt64) ENGINE = Null' })
  await expect(migrate(connection)).rejects.toMatchObject({
    detail: expect.stringContaining('older version of Waybill'),
  })
})
