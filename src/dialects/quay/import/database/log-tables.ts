import { ImportError } from '../../../collecting/importer.ts'
import { LOG_TABLES, type LogRow, type LogTable, METADATA_LENGTH_MAX } from '../log-row.ts'
import type { QuayDatabase } from './quay-database.ts'

/** Rows of one query. */
const ROWS_AT_ONCE = 2000
/** Approximate number of characters of metadata after which a query's result ends. */
const METADATA_AT_ONCE = 8 * 1024 * 1024
/** Tables that every Quay database has. */
const NEEDED_TABLES = ['logentry3', 'logentrykind', 'user', 'repository'] as const

/** Whether a row is in the range. Without bounds, rows at an infinite time are included. */
const WANTED =
  '(($3::timestamp IS NULL OR datetime >= $3) AND ($4::timestamp IS NULL OR datetime < $4))'

/** A table of the log, with its range of ids. */
export interface TableExtent {
  readonly table: LogTable
  readonly firstId: number
  readonly lastId: number
}

/** A row, or only the id of one outside the requested time range. */
export interface ReadRow {
  readonly id: number
  readonly row: LogRow | undefined
}

/** A time range in the form of the database's times: UTC without a zone. */
export interface RowRange {
  /** Null for no bound. */
  readonly from: string | null
  readonly to: string | null
}

/**
 * The non-empty tables of the log, oldest first.
 *
 * @throws ImportError that names missing tables of a Quay.
 */
export async function findLogTables(database: QuayDatabase): Promise<readonly TableExtent[]> {
  const present = await database.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(quote_ident(name)) IS NOT NULL`,
    [[...NEEDED_TABLES, ...LOG_TABLES]],
  )
  const names = new Set(present.map(({ name }) => name))
  const missing = NEEDED_TABLES.filter((name) => !names.has(name))
  if (missing.length > 0) {
    throw new ImportError(
      `${database.name} is not the database of a Quay: it has no table ${list(missing)}`,
      {
        hint: 'use the database in the setting DB_URI of the Quay',
      },
    )
  }
  const extents: TableExtent[] = []
  for (const table of LOG_TABLES.filter((name) => names.has(name))) {
    const [extent] = await database.query<{ first: string | null; last: string | null }>(
      `SELECT min(id) AS first, max(id) AS last FROM ${table}`,
    )
    if (extent?.first == null || extent.last == null) continue
    extents.push({ table, firstId: Number(extent.first), lastId: Number(extent.last) })
  }
  return extents
}

interface RawRow {
  readonly id: string
  readonly wanted: boolean
  readonly kind_id: number
  readonly account_id: number
  readonly performer_id: number | null
  readonly repository_id: number | null
  readonly datetime: string
  readonly ip: string | null
  readonly metadata: string
  readonly is_cut: boolean
  readonly bytes: number
}

/**
 * The next rows after an id, in the order of ids: at most `ROWS_AT_ONCE`, fewer when they are
 * large; empty when there are no more. This also bounds the rows that each query visits, because
 * rows outside the range are skipped here instead of being filtered there.
 */
export async function readRows(
  database: QuayDatabase,
  table: LogTable,
  { afterId, range }: { readonly afterId: number; readonly range: RowRange },
): Promise<readonly ReadRow[]> {
  const rows = await database.query<RawRow>(
    `SELECT id, wanted, kind_id, account_id, performer_id, repository_id,
       datetime::text AS datetime, ip, metadata, is_cut, bytes
     FROM (
       SELECT next.*, coalesce(sum(length(metadata)) OVER (
         ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
       FROM (
         SELECT id, kind_id, account_id, performer_id, repository_id, datetime, ip,
           ${WANTED} AS wanted,
           CASE WHEN NOT ${WANTED} THEN ''
             WHEN octet_length(metadata_json) > $5 THEN left(metadata_json, $5)
             ELSE metadata_json END AS metadata,
           length(metadata_json) > $5 AS is_cut, octet_length(metadata_json) AS bytes
         FROM ${table} WHERE id > $1 ORDER BY id LIMIT $2
       ) AS next
     ) AS counted
     WHERE before <= $6 ORDER BY id`,
    [afterId, ROWS_AT_ONCE, range.from, range.to, METADATA_LENGTH_MAX, METADATA_AT_ONCE],
  )
  return rows.map((raw) => ({
    id: Number(raw.id),
    row: raw.wanted ? rowOf(table, raw) : undefined,
  }))
}

function rowOf(table: LogTable, raw: RawRow): LogRow {
  return {
    eventId: `${table}:${raw.id}`,
    kindId: raw.kind_id,
    accountId: raw.account_id,
    performerId: raw.performer_id,
    repositoryId: raw.repository_id,
    datetime: raw.datetime,
    ip: raw.ip,
    metadata: raw.metadata,
    isMetadataCut: raw.is_cut,
    metadataBytes: raw.bytes,
  }
}

function list(names: readonly string[]): string {
  return names.join(', ')
}
