import type { StoredEvent } from '../../core/event.ts'
import type { EventFilter, ExportFormat, Order } from '../../core/query.ts'
import type { ClickHouseConnection, Statement, StreamFormat } from './connection.ts'
import { PRIORITY } from './engine-settings.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from './event-row.ts'
import { timeSlices } from './event-slices.ts'
import { EXPORT_DOCUMENTS } from './export-documents.ts'
import { filterSql } from './filter-sql.ts'
import { parseRows, wholeLines } from './json-rows.ts'
import { StatementParameters } from './statement-parameters.ts'

/** Rows that a stream holds at once, for each thread that works on it. */
const STREAM_BLOCK_ROWS = 8192
/**
 * The same for rows that become objects. A batch that is worked on for longer outlives the young
 * generation of the heap, and resident memory then grows with what is only collected rarely.
 */
const BATCH_ROWS = 256

/** Every matching event, in batches of what the engine sends at once. */
export async function* streamEvents(
  connection: ClickHouseConnection,
  filter: EventFilter,
  order: Order,
): AsyncIterable<readonly StoredEvent[]> {
  const slices = await timeSlices(connection, filter)
  for (const slice of order === 'newest' ? slices.toReversed() : slices) {
    const statement = selectAll(EVENT_ROW_SQL, { ...filter, ...slice }, order, BATCH_ROWS)
    const chunks = connection.stream(statement, 'JSONCompactEachRow')
    for await (const lines of wholeLines(chunks)) yield parseRows<EventRow>(lines).map(decodeEvent)
  }
}

/** Every matching event, oldest first, as the bytes of one document. */
export function exportEvents(
  connection: ClickHouseConnection,
  filter: EventFilter,
  format: ExportFormat,
): AsyncIterable<Uint8Array> {
  const { columns, engineFormat, frame } = EXPORT_DOCUMENTS[format]
  // A Parquet file has its index at its end, so it is one statement's; the engine sorts on disk.
  if (engineFormat === 'Parquet') {
    return frame(connection.stream(selectAll(columns, filter, 'oldest'), engineFormat))
  }
  return frame(streamSlices(connection, { filter, columns, engineFormat }))
}

interface SlicedExport {
  readonly filter: EventFilter
  readonly columns: string
  readonly engineFormat: StreamFormat
}

async function* streamSlices(
  connection: ClickHouseConnection,
  { filter, columns, engineFormat }: SlicedExport,
): AsyncIterable<Uint8Array> {
  for (const slice of await timeSlices(connection, filter)) {
    yield* connection.stream(selectAll(columns, { ...filter, ...slice }, 'oldest'), engineFormat)
  }
}

/**
 * Without buffering: to read in parallel the engine would hold blocks of every column of every
 * part, some 200 MB for a million events, and be hardly faster.
 */
function selectAll(
  columns: string,
  filter: EventFilter,
  order: Order,
  blockRows = STREAM_BLOCK_ROWS,
): Statement {
  const parameters = new StatementParameters()
  const direction = order === 'newest' ? 'DESC' : 'ASC'
  return {
    sql: `SELECT ${columns} FROM events WHERE ${filterSql(filter, parameters)}
      ORDER BY time ${direction}, origin ${direction}, seq ${direction}
      SETTINGS max_block_size = ${blockRows}, read_in_order_use_buffering = 0,
        priority = ${PRIORITY.stream}`,
    parameters: parameters.values,
  }
}
