import { Session } from 'chdb'
import { parseEventBody } from '../../src/core/boundary/parse-event-body.ts'
import type { Draft } from '../../src/core/event/draft.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { migrate } from '../../src/store/clickhouse/migrate.ts'
import {
  encodeRows,
  INSERTED_COLUMNS,
  rowsWithSeqs,
} from '../../src/store/clickhouse/write/row-encoding.ts'
import { type BatchFile, BatchReader, writeBatches } from '../events/batch-file.ts'
import { serveParent } from './helper-process.ts'
import { jsonRow } from './json-row.ts'

/** The form of rows: text, which the engine's binding takes, or what Waybill writes. */
export type RowFormat = 'JSONCompactEachRow' | 'RowBinary'

/** What the bare engine can be asked to do; `directory` is a data directory of Waybill. */
export type RawEngineRequest =
  | {
      readonly task: 'encode'
      readonly events: BatchFile
      readonly path: string
      readonly format: RowFormat
    }
  | {
      readonly task: 'insert'
      readonly rows: BatchFile
      readonly directory: string
      readonly format: RowFormat
    }
  | { readonly task: 'select-1'; readonly directory: string; readonly times: number }
  | {
      readonly task: 'stream'
      readonly directory: string
      readonly format: 'JSONEachRow' | 'CSV' | 'Parquet'
    }
  | { readonly task: 'merge' | 'settle'; readonly directory: string }

/** Bytes of the engine's tables on disk, once merges are over. */
export interface TableBytes {
  readonly table: string
  readonly rows: number
  readonly bytes: number
  readonly parts: number
}

export interface RawEngineReply {
  /** How long the task took: of `select-1`, each time; else one. */
  readonly ms: readonly number[]
  readonly rows?: BatchFile
  readonly bytes?: number
  readonly tables?: readonly TableBytes[]
  /** Bytes of parts that merges replaced and the engine has not deleted yet. */
  readonly replacedBytes?: number
}

/** Rows in one insert: the size at which the engine is fastest, and the store's own most. */
const INSERT_ROWS = 20_000

serveParent<RawEngineRequest, RawEngineReply>((request) => {
  switch (request.task) {
    case 'encode':
      return encode(request)
    case 'insert':
      return insert(request)
    case 'select-1':
      return selectOne(request.directory, request.times)
    case 'stream':
      return stream(request.directory, request.format)
    case 'merge':
      return merge(request.directory)
    case 'settle':
      return settle(request.directory)
  }
})

/** Makes the rows that Waybill would make of the events. */
async function encode(
  request: RawEngineRequest & { readonly task: 'encode' },
): Promise<RawEngineReply> {
  const reader = await BatchReader.open(request.events)
  const startedMs = performance.now()
  const rows = await writeBatches(request.path, encodedBatches(reader, request.format))
  await reader.close()
  return { ms: [performance.now() - startedMs], rows }
}

async function* encodedBatches(reader: BatchReader, format: RowFormat): AsyncIterable<Buffer> {
  let drafts: Draft[] = []
  let seq = 0
  const encoded = () => {
    const firstSeq = seq
    seq += drafts.length
    if (format === 'RowBinary') {
      return rowsWithSeqs(firstSeq, [encodeRows(drafts, { origin: 'bench', request: '' })])
    }
    const rows = drafts.map((draft, index) =>
      jsonRow(draft, { origin: 'bench', seq: firstSeq + index }),
    )
    return Buffer.concat(rows)
  }
  for (let batch = await reader.take(); batch !== undefined; batch = await reader.take()) {
    const reception = {
      receivedMicros: Date.now() * 1000,
      tenant: 'default',
      anyTenant: true,
      source: { kind: 'api', name: 'http' },
    }
    drafts.push(...parseEventBody(batch, 'ndjson', reception))
    if (drafts.length < INSERT_ROWS) continue
    yield encoded()
    drafts = []
  }
  if (drafts.length > 0) yield encoded()
}

async function insert(
  request: RawEngineRequest & { readonly task: 'insert' },
): Promise<RawEngineReply> {
  const engine = openChdb(request.directory)
  await migrate(engine)
  const reader = await BatchReader.open(request.rows)
  const startedMs = performance.now()
  for (let bytes = await reader.take(); bytes !== undefined; bytes = await reader.take()) {
    await engine.insert({
      table: 'events',
      columns: INSERTED_COLUMNS,
      format: request.format,
      bytes,
    })
  }
  const ms = performance.now() - startedMs
  await reader.close()
  await engine.close()
  return { ms: [ms] }
}

async function selectOne(directory: string, times: number): Promise<RawEngineReply> {
  const engine = openChdb(directory)
  const ms: number[] = []
  for (let time = 0; time < times; time += 1) {
    const startedMs = performance.now()
    await engine.rows({ sql: 'SELECT 1' })
    ms.push(performance.now() - startedMs)
  }
  await engine.close()
  return { ms }
}

/** Reads every column of every event out of the engine in one of its own formats. */
async function stream(
  directory: string,
  format: 'JSONEachRow' | 'CSV' | 'Parquet',
): Promise<RawEngineReply> {
  const session = new Session(`${directory}/clickhouse`)
  const startedMs = performance.now()
  let bytes = 0
  for await (const chunk of session.queryStream('SELECT * FROM events', { format })) {
    bytes += chunk.raw().length
  }
  const ms = performance.now() - startedMs
  session.close()
  return { ms: [ms], bytes }
}

const MERGES_WAIT_MS_MAX = 300_000
/** No merge may be running at so many looks in a row, half a second apart. */
const QUIET_LOOKS = 6

/** Lets merges end and tells what the tables then take. */
/** Merges what the engine merges by itself an hour after the last event. */
async function merge(directory: string): Promise<RawEngineReply> {
  const engine = openChdb(directory)
  const startedMs = performance.now()
  await engine.command({ sql: 'OPTIMIZE TABLE events FINAL' })
  await engine.close()
  return { ms: [performance.now() - startedMs] }
}

async function settle(directory: string): Promise<RawEngineReply> {
  const engine = openChdb(directory)
  const startedMs = performance.now()
  let quietLooks = 0
  while (quietLooks < QUIET_LOOKS && performance.now() - startedMs < MERGES_WAIT_MS_MAX) {
    const [row] = await engine.rows<[number]>({ sql: 'SELECT count() FROM system.merges' })
    quietLooks = row?.[0] === 0 ? quietLooks + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  const parts = await engine.rows<[string, number, number, number, number]>({
    sql: `SELECT table, sumIf(rows, active), sumIf(bytes_on_disk, active), countIf(active),
        sumIf(bytes_on_disk, NOT active)
      FROM system.parts WHERE database = currentDatabase() GROUP BY table ORDER BY table`,
  })
  await engine.close()
  return {
    ms: [performance.now() - startedMs],
    tables: parts.map(([table, rows, bytes, count]) => ({ table, rows, bytes, parts: count })),
    replacedBytes: parts.reduce((sum, [, , , , bytes]) => sum + bytes, 0),
  }
}
