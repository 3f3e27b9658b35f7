import { formatTimestamp } from '../../../../core/time/timestamp.ts'
import type { ImportRequest } from '../../../collecting/importer.ts'
import type { EventFeed } from '../event-feed.ts'
import type { IdRange, ImportPosition } from '../import-position.ts'
import type { LogTable } from '../log-row.ts'
import { eventOfRow } from '../row-event.ts'
import type { NameSource } from '../row-names.ts'
import { type ReadRow, type RowRange, readRows, type TableExtent } from './log-tables.ts'
import type { QuayDatabase } from './quay-database.ts'

/**
 * Ids before the saved position that a later run reads again. Quay assigns ids before it commits,
 * so a row may appear slightly behind one that was read already.
 */
const IDS_READ_AGAIN = 1000

/** What the import of a database needs. */
export interface DatabaseImportOptions {
  readonly request: ImportRequest
  readonly database: QuayDatabase
  readonly tables: readonly TableExtent[]
  readonly names: NameSource
  readonly feed: EventFeed
  readonly saved: ImportPosition
}

/**
 * Reads the log's tables, oldest first, each in batches in the order of ids from the saved
 * position.
 */
export async function importDatabase(options: DatabaseImportOptions): Promise<void> {
  const { request, tables, feed } = options
  const wholeShare = tables.reduce((sum, extent) => sum + idsOf(extent), 0)
  const kept = keptTables(options.saved, request)
  let position: ImportPosition = {
    ...options.saved,
    fromMicros: request.fromMicros ?? null,
    toMicros: request.toMicros ?? null,
    tables: kept,
  }
  let idsBefore = 0
  for (const extent of tables) {
    const share = (id: number) =>
      Math.min((idsBefore + Math.max(id - extent.firstId, 0)) / wholeShare, 1)
    for await (const range of importTable(options, extent, kept.get(extent.table), share)) {
      position = { ...position, tables: new Map([...position.tables, [extent.table, range]]) }
      await feed.reached(position)
    }
    idsBefore += idsOf(extent)
  }
  await feed.save(position)
}

/**
 * A time range other than the saved position's starts from the beginning; known rows are
 * recognized.
 */
function keptTables(
  saved: ImportPosition,
  {
    fromMicros = null,
    toMicros = null,
  }: { fromMicros?: number | null | undefined; toMicros?: number | null | undefined },
): ReadonlyMap<LogTable, IdRange> {
  const isSame = saved.fromMicros === fromMicros && saved.toMicros === toMicros
  return isSame ? saved.tables : new Map()
}

/** Appends a table's rows, and yields the completed ids after each batch. */
async function* importTable(
  { request, database, names, feed }: DatabaseImportOptions,
  { table, firstId }: TableExtent,
  done: IdRange | undefined,
  shareAt: (id: number) => number,
): AsyncGenerator<IdRange> {
  const range = rangeOf(request)
  const origin = { sourceName: request.name, tenant: request.tenant }
  const read = (afterId: number) => readRows(database, table, { afterId, range })
  const startId = Math.max((done?.lastId ?? Number.NEGATIVE_INFINITY) - IDS_READ_AGAIN, firstId - 1)
  let next = read(startId)
  for (;;) {
    const batch = await next
    const last = batch.at(-1)
    if (last === undefined) return
    // The database prepares the next batch while the ledger stores this one.
    next = read(last.id)
    next.catch(() => undefined)
    const rows = wantedRows(batch)
    feed.skip(batch.length - rows.length)
    const rowNames = await names.namesOf(rows)
    const events = rows.map((row) => eventOfRow(row, rowNames, origin))
    await feed.append(events, { at: `${table}, row ${last.id}`, share: shareAt(last.id) })
    yield {
      firstId: done?.firstId ?? firstId,
      lastId: Math.max(last.id, done?.lastId ?? last.id),
    }
  }
}

function wantedRows(batch: readonly ReadRow[]) {
  return batch.flatMap(({ row }) => row ?? [])
}

function rangeOf({ fromMicros, toMicros }: ImportRequest): RowRange {
  return {
    from: fromMicros === undefined ? null : databaseTime(fromMicros),
    to: toMicros === undefined ? null : databaseTime(toMicros),
  }
}

function databaseTime(micros: number): string {
  return formatTimestamp(micros).replace('T', ' ').slice(0, -1)
}

function idsOf({ firstId, lastId }: TableExtent): number {
  return lastId - firstId + 1
}
