import { Fault } from '../../../core/errors.ts'
import { FIELD_NUMBER } from '../../../core/event/field-keys.ts'
import type { KnownRequest, StoredName } from '../../../ledger/event-writer.ts'
import { type EventGroup, type EventWriter, requestName } from '../../../ledger/event-writer.ts'
import { canonicalJsonSql } from '../canonical-sql.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { EVENT_ID_SQL, WHOLE_EVENT_SQL } from '../event-columns.ts'
import type { OnlyTenant } from '../filter/only-tenant.ts'
import { findNamed } from '../read/named-events.ts'
import type { KnownShapes } from '../shapes/known-shapes.ts'
import {
  loadTileHashes,
  loadTreeHead,
  readHoldings,
  saveTileHashes,
  saveTreeHead,
} from '../tree/tree-tables.ts'
import { encodeRows, INSERTED_COLUMNS, rowsWithSeqs } from './row-encoding.ts'

/** Events read at once when a ledger is read in order of seq. */
const SEQ_BATCH_EVENTS = 20_000

/** What an event writer needs. */
export interface EventWriterOptions {
  readonly origin: string
  /** Both note the events that are about to be written. */
  readonly onlyTenant: OnlyTenant
  readonly knownShapes: KnownShapes
}

/** The writer of one origin's events on a connection with an up-to-date schema. */
export function createEventWriter(
  connection: ClickHouseConnection,
  { origin, onlyTenant, knownShapes }: EventWriterOptions,
): EventWriter {
  return {
    encode(drafts, request) {
      for (const draft of drafts) onlyTenant.note(draft.text(FIELD_NUMBER['/tenant']))
      return encodeRows(drafts, { origin, request, knownShapes })
    },
    insert: (group) => insertGroup(connection, origin, group),
    endInserts: () => connection.endInserts(`${origin}/`),
    size: () => nextSeq(connection, origin),
    holdings: () => readHoldings(connection),
    findNamed: (names) => findNamed(connection, names),
    findRequest: (tenant, key) => findRequest(connection, { origin, tenant, key }),
    canonicalFrom: (fromSeq) => canonicalFrom(connection, { origin, fromSeq }),
    namesFrom: (fromSeq) => namesFrom(connection, { origin, fromSeq }),
    saveTileHashes: (hashes) => saveTileHashes(connection, origin, hashes),
    loadTileHashes: (level, fromIndex) => loadTileHashes(connection, { origin, level, fromIndex }),
    saveTreeHead: (head) => saveTreeHead(connection, origin, head),
    loadTreeHead: () => loadTreeHead(connection, origin),
  }
}

async function insertGroup(
  connection: ClickHouseConnection,
  origin: string,
  { firstSeq, rows }: EventGroup,
): Promise<void> {
  const count = rows.reduce((sum, { starts }) => sum + starts.length, 0)
  await connection.insert({
    name: `${origin}/${firstSeq}-${firstSeq + count - 1}`,
    table: 'event_inbox',
    columns: INSERTED_COLUMNS,
    format: 'RowBinary',
    bytes: rowsWithSeqs(firstSeq, rows),
  })
}

async function nextSeq(connection: ClickHouseConnection, origin: string): Promise<number> {
  const rows = await connection.rows<[number]>({
    sql: `SELECT if(count() = 0, 0, max(seq) + 1) FROM events WHERE origin = {origin:String}`,
    parameters: { origin },
  })
  return rows[0]?.[0] ?? 0
}

async function findRequest(
  connection: ClickHouseConnection,
  request: { readonly origin: string; readonly tenant: string; readonly key: string },
): Promise<KnownRequest | undefined> {
  const rows = await connection.rows<[string, number, number, number]>({
    sql: `SELECT request_body_sha256, min(seq), max(seq), count() FROM events
      WHERE tenant = {tenant:String} AND request_key = {key:String} AND origin = {origin:String}
        AND request_key != ''
      GROUP BY request_body_sha256 ORDER BY max(seq) DESC LIMIT 1`,
    parameters: { ...request },
  })
  const [row] = rows
  if (row === undefined) return undefined
  const [bodySha256, firstSeq, lastSeq, count] = row
  return { bodySha256, firstSeq, lastSeq, count }
}

interface LedgerPlace {
  readonly origin: string
  readonly fromSeq: number
}

async function* canonicalFrom(
  connection: ClickHouseConnection,
  place: LedgerPlace,
): AsyncIterable<readonly string[]> {
  // An empty text gives a leaf that is in no tree of the ledger.
  const columns = `seq, if(${WHOLE_EVENT_SQL}, ${canonicalJsonSql({ withSeq: false })}, '')`
  let expected = place.fromSeq
  for await (const rows of bySeq<[number, string]>(connection, columns, place)) {
    const texts: string[] = []
    for (const [seq, canonical] of rows) {
      for (; expected < seq; expected += 1) texts.push('')
      if (seq < expected) continue
      texts.push(canonical)
      expected += 1
    }
    yield texts
  }
  // A ledger that seems shorter than it is would assign seqs twice.
  const endSeq = await nextSeq(connection, place.origin)
  if (expected < endSeq) {
    throw new Fault('store.unavailable', {
      detail: `the store has events up to ${endSeq}, but returned only those up to ${expected}`,
    })
  }
}

async function* namesFrom(
  connection: ClickHouseConnection,
  place: LedgerPlace,
): AsyncIterable<readonly StoredName[]> {
  const columns = `seq, tenant, source_kind, source_name, ${EVENT_ID_SQL},
    toUnixTimestamp64Micro(received), request_key, request_body_sha256`
  type Row = [number, string, string, string, string, number, string, string]
  for await (const rows of bySeq<Row>(connection, columns, place)) {
    yield rows.map(
      ([seq, tenant, sourceKind, sourceName, eventId, receivedMicros, key, bodySha256]) => ({
        seq,
        tenant,
        sourceKind,
        sourceName,
        eventId,
        receivedMicros,
        request: key === '' ? '' : requestName(key, bodySha256),
      }),
    )
  }
}

/**
 * Rows of a ledger's events in order of seq, in batches cut by seq. Each batch is a separate query,
 * so memory holds one batch, and no query stays open while the caller works.
 */
async function* bySeq<Row extends readonly unknown[]>(
  connection: ClickHouseConnection,
  columns: string,
  { origin, fromSeq }: LedgerPlace,
): AsyncIterable<readonly Row[]> {
  // A batch with missing events is short without being the last one.
  const endSeq = await nextSeq(connection, origin)
  for (let start = fromSeq; start < endSeq; start += SEQ_BATCH_EVENTS) {
    const end = start + SEQ_BATCH_EVENTS
    const rows = await connection.rows<Row>({
      sql: `SELECT ${columns} FROM events
        WHERE origin = {origin:String} AND seq >= {start:UInt64} AND seq < {end:UInt64}
        ORDER BY seq`,
      parameters: { origin, start, end },
    })
    if (rows.length > 0) yield rows
  }
}
