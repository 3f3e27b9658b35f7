import { readdir, readFile } from 'node:fs/promises'
import type { ClickHouseConnection } from './connection.ts'

const SCHEMA = new URL('./schema/', import.meta.url)
const FILE_NAME = /^\d{3}-[a-z0-9-]+\.sql$/

const CREATE_MIGRATIONS = `
  CREATE TABLE IF NOT EXISTS schema_migrations (file String, applied DateTime64(6, 'UTC'))
  ENGINE = MergeTree ORDER BY file
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/**
 * Brings the database to the newest schema: applies each file of schema/ that is not recorded yet,
 * in order of number, and records it.
 *
 * ClickHouse has no transaction over DDL, so a file holds one statement that may be run twice
 * (`IF NOT EXISTS`): after a crash between a statement and its record, it is run again.
 */
export async function migrate(connection: ClickHouseConnection): Promise<void> {
  await connection.command({ sql: CREATE_MIGRATIONS })
  const rows = await connection.rows<[string]>({ sql: 'SELECT file FROM schema_migrations' })
  const applied = new Set(rows.map(([file]) => file))
  const files = (await readdir(SCHEMA)).filter((file) => FILE_NAME.test(file)).sort()
  for (const file of files.filter((name) => !applied.has(name))) {
    await connection.command({ sql: await readFile(new URL(file, SCHEMA), 'utf8') })
    await connection.command({
      sql: 'INSERT INTO schema_migrations SELECT {file:String}, now64(6)',
      parameters: { file },
    })
  }
}
