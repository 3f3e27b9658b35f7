import { EVENT_FIELDS, type EventField, type FieldKind } from '../../../core/event/fields.ts'
import type { ExportFormat } from '../../../core/query/query.ts'
import { canonicalJsonSql } from '../canonical-sql.ts'
import type { StreamFormat } from '../connection/connection.ts'
import { EVENT_ID_SQL } from '../event-columns.ts'
import { joinParquetFiles } from '../parquet/joined-files.ts'

/** How an export document is made: the engine's output, and the frame around it. */
export interface ExportDocument {
  /** The SELECT list. */
  readonly columns: string
  readonly engineFormat: StreamFormat
  readonly frame: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
}

/** Kinds of fields that no sender can turn into a formula. */
const PLAIN_KINDS: readonly FieldKind[] = ['uuid', 'time', 'word', 'object']

/**
 * The columns of CSV and Parquet exports, in order: `actor_name` is the event's `actor.name`. The
 * list is a contract with readers of exports; new columns go to its end.
 */
const EXPORT_COLUMNS: readonly ExportColumn[] = [
  { name: 'origin', sql: 'origin', isPresent: true, isPlain: false },
  { name: 'seq', sql: 'seq', isPresent: true, isPlain: true },
  ...EVENT_FIELDS.map(exportColumn),
]

interface ExportColumn {
  readonly name: string
  readonly sql: string
  /** Whether every event has it. Other columns are null in Parquet where an event lacks them. */
  readonly isPresent: boolean
  /** Whether no sender can turn it into a formula: a number, a time, one of Waybill's own words. */
  readonly isPlain: boolean
}

function exportColumn({ path, column, kind, isRequired = false }: EventField): ExportColumn {
  const isPlain = kind !== undefined && PLAIN_KINDS.includes(kind)
  const common = { name: column, isPresent: isRequired, isPlain }
  if (kind === 'uuid') return { ...common, sql: `toString(${column})` }
  return { ...common, sql: path === '/source/eventId' ? EVENT_ID_SQL : column }
}

/** The engine's format and the frame of each export format. */
export const EXPORT_DOCUMENTS: Readonly<Record<ExportFormat, ExportDocument>> = {
  ndjson: {
    columns: canonicalJsonSql({ withSeq: true }),
    engineFormat: 'LineAsString',
    frame: (chunks) => chunks,
  },
  json: {
    columns: `concat(',', ${canonicalJsonSql({ withSeq: true })})`,
    engineFormat: 'LineAsString',
    frame: jsonArray,
  },
  csv: {
    columns: EXPORT_COLUMNS.map(csvCellSql).join(', '),
    engineFormat: 'CSV',
    frame: csvWithHeader,
  },
  parquet: {
    columns: EXPORT_COLUMNS.map(parquetColumnSql).join(', '),
    engineFormat: 'Parquet',
    frame: (files) => joinParquetFiles(files, 'details'),
  },
}

/**
 * A cell of the CSV export. Spreadsheets run a text that begins with = + - @ (or their full-width
 * forms), tab, return or line feed as a formula, and clients choose their user agent. So such a
 * text gets a leading apostrophe. The other formats keep every text unchanged.
 */
function csvCellSql({ sql, isPlain }: ExportColumn): string {
  if (isPlain) return sql
  return `if(match(${sql}, '^[=+@＝＋－＠\\t\\r\\n-]'), concat('\\'', ${sql}), ${sql})`
}

/** A column of the Parquet export. No event has an empty text, so `''` means absent. */
function parquetColumnSql({ name, sql, isPresent }: ExportColumn): string {
  return `${isPresent ? sql : `nullIf(${sql}, '')`} AS ${name}`
}

const CSV_LINE_END = '\r\n'

/**
 * The engine would repeat its own header in every piece of the stream. This header waits for the
 * first piece, so that a document that cannot begin is an error rather than a header.
 */
async function* csvWithHeader(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const header = Buffer.from(`${EXPORT_COLUMNS.map(({ name }) => name).join(',')}${CSV_LINE_END}`)
  let isFirst = true
  for await (const chunk of chunks) {
    yield isFirst ? Buffer.concat([header, chunk]) : chunk
    isFirst = false
  }
  if (isFirst) yield header
}

/** Converts lines that each begin with a comma to a JSON array. */
async function* jsonArray(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let isFirst = true
  for await (const chunk of chunks) {
    if (!isFirst) yield chunk
    else if (chunk.length > 0) {
      yield Buffer.concat([Buffer.from('['), chunk.subarray(1)])
      isFirst = false
    }
  }
  yield Buffer.from(isFirst ? '[]\n' : ']\n')
}
