import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { Fault } from '../../core/errors.ts'
import type { ClickHouseConnection } from './connection/connection.ts'
import { changeSchema } from './schema-change.ts'
import { INSERTED_COLUMNS } from './write/row-encoding.ts'

const SCHEMA = new URL('./schema/', import.meta.url)
const FILE_NAME = /^\d{3}-[a-z0-9-]+\.sql$/

const CREATE_MIGRATIONS = `
  CREATE TABLE IF NOT EXISTS schema_migrations
  (file String, applied DateTime64(6, 'UTC'), sha256 String)
  ENGINE = MergeTree ORDER BY file
  SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/** The table lacks this column in the oldest databases. */
const ADD_SHA256 = 'ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS sha256 String'

/** What to do about data that this program cannot use. */
const WAY_ON =
  'Export the events with the version of Waybill that wrote them ' +
  '(`waybill export`), and send the file to this version on an empty data ' +
  'directory or database (`waybill send FILE`)'

/**
 * Brings the database to the newest schema: applies the files of schema/ that are not recorded yet,
 * in order of number, and records each with its hash. A file is never changed once it is on `main`:
 * every schema change is a new file. A database that is up to date is not written to.
 *
 * ClickHouse has no transactions for DDL, so each file has one statement that may run twice (`IF
 * NOT EXISTS`): after a crash between statement and record, it runs again.
 *
 * @throws Fault `store.unavailable` for a database with another schema, and when the disk is too
 * full to change it.
 */
export async function migrate(connection: ClickHouseConnection): Promise<void> {
  const columns = await columnsOf(connection, 'schema_migrations')
  if (columns.size === 0) await changeSchema(connection, { sql: CREATE_MIGRATIONS })
  else if (!columns.has('sha256')) await changeSchema(connection, { sql: ADD_SHA256 })
  const rows = await connection.rows<[string, string]>({
    sql: 'SELECT file, sha256 FROM schema_migrations',
  })
  const applied = new Map(rows)
  const files = await schemaFiles()
  await checkApplied(connection, files, applied)
  for (const { file, sql, sha256 } of files.filter((one) => !applied.has(one.file))) {
    await changeSchema(connection, { sql })
    await connection.command({
      sql: 'INSERT INTO schema_migrations SELECT {file:String}, now64(6), {sha256:String}',
      parameters: { file, sha256 },
    })
  }
}

/** The names of a table's columns; none if the table does not exist. */
async function columnsOf(
  connection: ClickHouseConnection,
  table: string,
): Promise<ReadonlySet<string>> {
  const rows = await connection.rows<[string]>({
    sql: `SELECT name FROM system.columns
      WHERE database = currentDatabase() AND table = {table:String}`,
    parameters: { table },
  })
  return new Set(rows.map(([name]) => name))
}

interface SchemaFile {
  readonly file: string
  readonly sql: string
  readonly sha256: string
}

async function schemaFiles(): Promise<readonly SchemaFile[]> {
  const names = (await readdir(SCHEMA)).filter((file) => FILE_NAME.test(file)).sort()
  return Promise.all(
    names.map(async (file) => {
      const sql = await readFile(new URL(file, SCHEMA), 'utf8')
      return { file, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** @param applied the hashes of the applied files, `''` where none was recorded. */
async function checkApplied(
  connection: ClickHouseConnection,
  files: readonly SchemaFile[],
  applied: ReadonlyMap<string, string>,
): Promise<void> {
  const known = new Map(files.map(({ file, sha256 }) => [file, sha256]))
  const newer = [...applied.keys()].filter((file) => !known.has(file)).sort()
  if (newer.length > 0) {
    throw otherSchema(`is of a newer version of Waybill (${newer.join(', ')})`)
  }
  const changed = [...applied].filter(
    ([file, sha256]) => sha256 !== '' && sha256 !== known.get(file),
  )
  const isUnrecorded = applied.get('002-event-inbox.sql') === ''
  if (changed.length === 0 && !(isUnrecorded && (await isInboxOlder(connection)))) return
  throw otherSchema('is of an older version of Waybill, from before its first release')
}

/** For a database from before hashes were recorded, compares the table that inserts use. */
async function isInboxOlder(connection: ClickHouseConnection): Promise<boolean> {
  const columns = await columnsOf(connection, 'event_inbox')
  const isEqual = columns.size === INSERTED_COLUMNS.length
  return !(isEqual && INSERTED_COLUMNS.every((name) => columns.has(name)))
}

function otherSchema(what: string): Fault {
  return new Fault('store.unavailable', { detail: `the schema of the store ${what}. ${WAY_ON}` })
}
