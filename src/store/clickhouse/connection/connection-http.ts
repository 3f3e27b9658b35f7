import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  createClient,
  type ResponseHeaders,
} from '@clickhouse/client'
import { Fault } from '../../../core/errors.ts'
import type { ClickHouseConnection, Insertion, Statement, StreamFormat } from './connection.ts'
import { engineFault } from './engine-fault.ts'
import { ENGINE_SETTINGS, QUERY_BYTES_MAX, QUERY_SECONDS_MAX } from './engine-settings.ts'
import { parseRows } from './json-rows.ts'

/** Most concurrent connections to the server; further calls wait for a free one. */
const CONNECTIONS_MAX = 64
/** Longest wait for the server's next byte, in milliseconds. */
const REQUEST_TIMEOUT_MS = (QUERY_SECONDS_MAX + 30) * 1000
/** Longest wait for inserts to end, in milliseconds. */
const ENDING_MS_MAX = 10_000
const ENDING_POLL_MS = 100
/**
 * Most bytes of rows that the server buffers in memory before it answers; it writes more to a file.
 */
const GATHERED_BYTES_MAX = 64 * 1024 * 1024
/** The client writes settings to the URL, as text. */
const SETTINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ENGINE_SETTINGS).map(([name, value]) => [name, String(value)]),
)
/** The database when the URL names none. */
const DATABASE_DEFAULT = 'default'

/**
 * Connects to a ClickHouse server at `http://user:password@host:port/database`. Creates the
 * database if it does not exist.
 *
 * @throws Fault `store.unavailable` when the server does not answer.
 */
export async function openHttp(url: string): Promise<ClickHouseConnection> {
  const target = new URL(url)
  const database = decodeURIComponent(target.pathname.slice(1)) || DATABASE_DEFAULT
  const settings = {
    url: target.origin,
    username: decodeURIComponent(target.username) || 'default',
    password: decodeURIComponent(target.password),
    max_open_connections: CONNECTIONS_MAX,
    request_timeout: REQUEST_TIMEOUT_MS,
    application: 'waybill',
    // Failures are thrown, and logged once where they are handled.
    log: { level: ClickHouseLogLevel.OFF },
    use_multipart_params_auto: true,
    clickhouse_settings: SETTINGS,
  }
  const first = createClient(settings)
  try {
    await first.command({
      query: 'CREATE DATABASE IF NOT EXISTS {database:Identifier}',
      query_params: { database },
    })
  } catch (error) {
    rethrow(error)
  } finally {
    await first.close()
  }
  return new HttpConnection(createClient({ ...settings, database }))
}

class HttpConnection implements ClickHouseConnection {
  readonly isExclusive = false
  readonly #client: ClickHouseClient

  constructor(client: ClickHouseClient) {
    this.#client = client
  }

  async rows<Row extends readonly unknown[]>(statement: Statement): Promise<readonly Row[]> {
    try {
      const result = await this.#client.query({
        query: statement.sql,
        query_params: { ...statement.parameters },
        format: 'JSONCompactEachRow',
        clickhouse_settings: {
          max_execution_time: QUERY_SECONDS_MAX,
          max_memory_usage: String(QUERY_BYTES_MAX),
          wait_end_of_query: 1,
          http_response_buffer_size: String(GATHERED_BYTES_MAX),
        },
      })
      const rows = parseRows<Row>(await result.text())
      checkCount(rows.length, result.response_headers)
      return rows
    } catch (error) {
      throw engineFault(error)
    }
  }

  async insert({ name, table, columns, format, bytes }: Insertion): Promise<void> {
    try {
      // The client's own insert expects streams of rows, but these bytes are encoded already.
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT ${format}`,
        values: Readable.from([bytes], { objectMode: false }),
        // The server rejects a second query with the id of a running one.
        ...(name !== undefined && { query_id: name }),
        clickhouse_settings: {
          wait_end_of_query: 1,
          ...(name !== undefined && {
            insert_deduplication_token: name,
            deduplicate_blocks_in_dependent_materialized_views: 1,
          }),
        },
      })
      await finished(stream.resume())
    } catch (error) {
      throw engineFault(error)
    }
  }

  /** A user may end their own queries without any grant. */
  async endInserts(namePrefix: string): Promise<void> {
    const parameters = { namePrefix }
    const sql = 'KILL QUERY WHERE startsWith(query_id, {namePrefix:String}) ASYNC'
    for (let waitedMs = 0; waitedMs <= ENDING_MS_MAX; waitedMs += ENDING_POLL_MS) {
      // A query that waits for its sender ends when the sender disconnects.
      const [row] = await this.rows<[number]>({
        sql: 'SELECT count() FROM system.processes WHERE startsWith(query_id, {namePrefix:String})',
        parameters,
      })
      if (row?.[0] === 0) return
      await this.command({ sql, parameters })
      await delay(ENDING_POLL_MS)
    }
    throw new Fault('store.unavailable', { detail: 'an interrupted insert is still running' })
  }

  async command(statement: Statement): Promise<void> {
    try {
      await this.#client.command({
        query: statement.sql,
        query_params: { ...statement.parameters },
        clickhouse_settings: { wait_end_of_query: 1 },
      })
    } catch (error) {
      throw engineFault(error)
    }
  }

  async *stream(statement: Statement, format: StreamFormat): AsyncIterable<Uint8Array> {
    try {
      const { stream, response_headers: headers } = await this.#client.exec({
        query: `${statement.sql} FORMAT ${format}`,
        query_params: { ...statement.parameters },
      })
      const tag = headers['x-clickhouse-exception-tag']
      const chunks = checked(stream, typeof tag === 'string' ? tag : undefined)
      if (format === 'Parquet') yield await whole(chunks)
      else yield* chunks
    } catch (error) {
      throw engineFault(error)
    }
  }

  async close(): Promise<void> {
    await this.#client.close()
  }
}

/**
 * The bytes of a response; throws when the query failed on the way. The status has been sent by
 * then, so the server appends the error between two marks that contain a tag of the request.
 */
async function* checked(stream: Readable, tag: string | undefined): AsyncIterable<Uint8Array> {
  const mark = tag === undefined ? undefined : Buffer.from(`__exception__\r\n${tag}\r\n`)
  for await (const chunk of stream) {
    const bytes: Buffer = chunk
    const start = mark === undefined ? -1 : bytes.indexOf(mark)
    if (start >= 0) throw new Error(bytes.toString('utf8', start))
    yield bytes
  }
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** A server that cannot write its file because its disk is full answers 200 with partial rows. */
function checkCount(count: number, headers: ResponseHeaders): void {
  const summary = headers['x-clickhouse-summary']
  if (typeof summary !== 'string') return
  const { result_rows: expected }: { readonly result_rows?: string } = JSON.parse(summary)
  if (expected === undefined || Number(expected) === count) return
  throw new Error(`the server returned ${count} of ${expected} rows: is its disk full?`)
}

function rethrow(error: unknown): never {
  throw engineFault(error)
}
