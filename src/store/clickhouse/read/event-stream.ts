import type { StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, ExportFormat, Order } from '../../../core/query/query.ts'
import type { ClickHouseConnection, Statement } from '../connection/connection.ts'
import { PRIORITY } from '../connection/engine-settings.ts'
import { parseRows, wholeLines } from '../connection/json-rows.ts'
import { filterSql } from '../filter/filter-sql.ts'
import type { OnlyTenant } from '../filter/only-tenant.ts'
import { StatementParameters } from '../filter/statement-parameters.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from './event-row.ts'
import { timeSlices } from './event-slices.ts'
import { EXPORT_DOCUMENTS, type ExportDocument } from './export-documents.ts'

/** Rows that a stream holds at once. Fewer would cost time, more only memory. */
const STREAM_BLOCK_ROWS = 2048
/**
 * The same for rows that become objects. A batch in use for longer would leave the young generation
 * of the heap, and resident memory would grow by objects that are rarely collected.
 */
const BATCH_ROWS = 256

/** Where streams read, and what is known of the tenants. */
export interface StreamSource {
  readonly connection: ClickHouseConnection
  readonly onlyTenant: OnlyTenant
}

/** Streams every matching event, in the batches that the engine sends. */
export async function* streamEvents(
  source: StreamSource,
  filter: EventFilter,
  order: Order,
): AsyncIterable<readonly StoredEvent[]> {
  for await (const slice of sortableSlices(source, filter, order)) {
    const statement = selectAll(EVENT_ROW_SQL, slice, order, BATCH_ROWS)
    const chunks = source.connection.stream(statement, 'JSONCompactEachRow')
    for await (const lines of wholeLines(chunks)) yield parseRows<EventRow>(lines).map(decodeEvent)
  }
}

/** Every matching event, oldest first, as the bytes of one document. */
export function exportEvents(
  source: StreamSource,
  filter: EventFilter,
  format: ExportFormat,
): AsyncIterable<Uint8Array> {
  const { columns, engineFormat, frame } = EXPORT_DOCUMENTS[format]
  const slices =
    engineFormat === 'Parquet'
      ? fileSlices(source, filter)
      : sortableSlices(source, filter, 'oldest')
  return frame(streamSlices(source.connection, slices, { columns, engineFormat }))
}

async function* streamSlices(
  connection: ClickHouseConnection,
  slices: AsyncIterable<EventFilter>,
  { columns, engineFormat }: Pick<ExportDocument, 'columns' | 'engineFormat'>,
): AsyncIterable<Uint8Array> {
  for await (const slice of slices) {
    yield* connection.stream(selectAll(columns, slice, 'oldest'), engineFormat)
  }
}

/**
 * Splits a filter into parts that the engine can answer in constant memory, in `order`. The events
 * of a single tenant are stored in time order and form one part; those of several must be sorted.
 */
async function* sortableSlices(
  source: StreamSource,
  filter: EventFilter,
  order: Order,
): AsyncIterable<EventFilter> {
  const tenants = await source.onlyTenant.lastingly(filter.tenants)
  if (tenants !== 'all' && tenants.length <= 1) yield { ...filter, tenants }
  else yield* timeSlices(source.connection, filter, order)
}

/**
 * Splits a filter into parts, oldest first, one for each Parquet file, which the engine keeps in
 * memory.
 */
async function* fileSlices(source: StreamSource, filter: EventFilter): AsyncIterable<EventFilter> {
  const tenants = await source.onlyTenant.lastingly(filter.tenants)
  yield* timeSlices(source.connection, { ...filter, tenants }, 'oldest')
}

/**
 * Without buffering and in one thread: for parallel reading the engine would hold blocks of every
 * column of every part, about 200 MB for a million events, with hardly any gain in speed.
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
      SETTINGS max_block_size = ${blockRows}, max_threads = 1, read_in_order_use_buffering = 0,
        priority = ${PRIORITY.stream}`,
    parameters: parameters.values,
  }
}
