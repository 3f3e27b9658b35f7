import { EVENT_FIELDS, type EventField, type FieldKind } from '../../../core/event/fields.ts'
import type { ExportFormat } from '../../../core/query/query.ts'
import { canonicalJsonSql } from '../canonical-sql.ts'
import type { StreamFormat } from '../connection/connection.ts'
import { EVENT_ID_SQL } from '../event-columns.ts'
import { joinParquetFiles } from '../parquet/joined-files.ts'

/** How an export document comes about: what the engine writes, and what goes around it. */
export interface ExportDocument {
  /** The SELECT list. */
  readonly columns: string
  readonly engineFormat: StreamFormat
  readonly frame: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>
}

/** Kinds of fields that no sender can make a formula of. */
const PLAIN_KINDS: readonly FieldKind[] = ['uuid', 'time', 'word', 'object']

/**
 * The columns of CSV and Parquet exports, in order: `actor_name` is the event's `actor.name`. The
 * list is a contract with those who read exports; new columns go to its end.
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
  /** Whether no sender can make a formula of it: a number, a time, a word of Waybill's own. */
  readonly isPlain: boolean
}

function exportColumn({ path, column, kind, isRequired = false }: EventField): ExportColumn {
  const isPlain = kind !== undefined && PLAIN_KINDS.includes(kind)
  const common = { name: column, isPresent: isRequired, isPlain }
  if (kind === 'uuid') return { ...common, sql: `toString(${column})` }
  return { ...common, sql: path === '/source/eventId' ? EVENT_ID_SQL : column }
}

/** How each format is asked of the engine and framed. */
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
 * forms), tab, return or line feed as a formula, and a client chooses its user agent: such a text
 * gets an apostrophe in front. The other formats hold every text as it is.
 */
function csvCellSql({ sql, isPlain }: ExportColumn): string {
  if (isPlain) return sql
  return `if(match(${sql}, '^[=+@＝＋－＠\\t\\r\\n-]'), concat('\\'', ${sql}), ${sql})`
}

/** A column of the Parquet export. No event has an empty text, so `''` is what is not there. */
function parquetColumnSql({ name, sql, isPresent }: ExportColumn): string {
  return `${isPresent ? sql : `nullIf(${sql}, '')`} AS ${name}`
}

const CSV_LINE_END = '\r\n'

/**
 * The engine's own header would come again with every piece of the stream. This one waits for the
 * first piece, so that a document that cannot begin is an error and not a header.
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

/** Lines that each begin with a comma, as one JSON array. */
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
