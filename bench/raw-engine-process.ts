import { Session } from 'chdb'
import { parseEventBody } from '../src/core/parse-event-body.ts'
import { openChdb } from '../src/store/clickhouse/connection-chdb.ts'
import { encodeEvent, INSERTED_COLUMNS } from '../src/store/clickhouse/event-row.ts'
import { migrate } from '../src/store/clickhouse/migrate.ts'
import { type BatchFile, BatchReader, writeBatches } from './batch-file.ts'
import { serveParent } from './helper-process.ts'

/** What the bare engine can be asked to do; `directory` is a data directory of Waybill. */
export type RawEngineRequest =
  | { readonly task: 'encode'; readonly events: BatchFile; readonly path: string }
  | { readonly task: 'insert'; readonly rows: BatchFile; readonly directory: string }
  | { readonly task: 'select-1'; readonly directory: string; readonly times: number }
  | {
      readonly task: 'stream'
      readonly directory: string
      readonly format: 'JSONEachRow' | 'CSV' | 'Parquet'
    }
  | { readonly task: 'settle'; readonly directory: string }

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
      return encode(request.events, request.path)
    case 'insert':
      return insert(request.rows, request.directory)
    case 'select-1':
      return selectOne(request.directory, request.times)
    case 'stream':
      return stream(request.directory, request.format)
    case 'settle':
      return settle(request.directory)
  }
})

/** Makes the rows that Waybill would make of the events, as the store's own code encodes them. */
async function encode(events: BatchFile, path: string): Promise<RawEngineReply> {
  const reader = await BatchReader.open(events)
  const startedMs = performance.now()
  const rows = await writeBatches(path, encodedBatches(reader))
  await reader.close()
  return { ms: [performance.now() - startedMs], rows }
}

async function* encodedBatches(reader: BatchReader): AsyncIterable<Buffer> {
  let lines = ''
  let seq = 0
  for (let batch = await reader.take(); batch !== undefined; batch = await reader.take()) {
    const reception = {
      receivedMicros: Date.now() * 1000,
      tenant: 'default',
      anyTenant: true,
      source: { kind: 'api', name: 'http' },
    }
    for (const draft of parseEventBody(batch, 'ndjson', reception)) {
      lines += `[${seq}${encodeEvent(draft, { origin: 'bench', request: '' })}\n`
      seq += 1
      if (seq % INSERT_ROWS !== 0) continue
      yield Buffer.from(lines)
      lines = ''
    }
  }
  if (lines !== '') yield Buffer.from(lines)
}

async function insert(rows: BatchFile, directory: string): Promise<RawEngineReply> {
  const engine = openChdb(directory)
  await migrate(engine)
  const reader = await BatchReader.open(rows)
  const startedMs = performance.now()
  for (let bytes = await reader.take(); bytes !== undefined; bytes = await reader.take()) {
    await engine.insert({
      table: 'events',
      columns: INSERTED_COLUMNS,
      format: 'JSONCompactEachRow',
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
