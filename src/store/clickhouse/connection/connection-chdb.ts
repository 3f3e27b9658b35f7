import { mkdirSync, rmSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { drainPending, Session } from 'chdb'
import { Fault } from '../../../core/errors.ts'
import { bindLiterals } from '../filter/bind-literals.ts'
import type { ClickHouseConnection, Insertion, Statement, StreamFormat } from './connection.ts'
import { engineFault } from './engine-fault.ts'
import { ENGINE_SETTINGS, QUERY_BYTES_MAX, QUERY_SECONDS_MAX } from './engine-settings.ts'
import { parseRows } from './json-rows.ts'
import { openingProblem } from './opening-problem.ts'
import { createPool } from './session-pool.ts'

/**
 * Sessions for queries; further queries wait. There are more sessions than queries that clients may
 * run at once, since a count runs several engine queries in parallel.
 */
const READERS = 10
/** Most concurrent streams, each with a session of its own: downloads and export jobs. */
const STREAMS_MAX = 12
const STREAM_RETRY_AFTER_SECONDS = 10
const MEBIBYTE = 1024 * 1024

/** Memory that the engine may keep between queries; its defaults are for a dedicated machine. */
const MEMORY_SETTINGS = {
  mark_cache_size: 64 * MEBIBYTE,
  index_mark_cache_size: 32 * MEBIBYTE,
  primary_index_cache_size: 64 * MEBIBYTE,
  uncompressed_cache_size: 0,
  index_uncompressed_cache_size: 0,
  query_condition_cache_size: 16 * MEBIBYTE,
  compiled_expression_cache_size: 8 * MEBIBYTE,
}

/**
 * Opens ClickHouse inside this process (chDB), on a directory that no other process has open.
 *
 * A session runs one query at a time, but sessions on one directory run in parallel: one writes,
 * several read, and each stream has a session, since any other query on it would end the stream.
 *
 * @throws Fault `store.unavailable` when the directory is in use or cannot be opened.
 */
export function openChdb(dataDirectory: string): ClickHouseConnection {
  const directories = {
    engine: resolve(dataDirectory, 'clickhouse'),
    inserts: resolve(dataDirectory, 'inserts'),
  }
  if (PATTERN_CHARACTER.test(directories.inserts)) {
    throw new Fault('store.unavailable', {
      detail: `${dataDirectory}: the path of a data directory must not contain * ? { }`,
    })
  }
  mkdirSync(dataDirectory, { recursive: true })
  return new ChdbConnection(directories)
}

/** The engine treats a path with one of these as a pattern, and would read other files or none. */
const PATTERN_CHARACTER = /[*?{}]/

/** The open connections of this process; no other process can have one on the same directory. */
const openConnections = new Set<ChdbConnection>()

interface Directories {
  readonly engine: string
  readonly inserts: string
}

class ChdbConnection implements ClickHouseConnection {
  #isExclusive = true
  readonly #directories: Directories
  readonly #writer: Session
  readonly #writing: ReturnType<typeof createPool<Session>>
  readonly #readers: readonly Session[]
  readonly #reading: ReturnType<typeof createPool<Session>>
  readonly #streams = new Set<Session>()

  constructor(directories: Directories) {
    this.#directories = directories
    this.#writer = this.#open()
    // No other process has the directory open, so these are leftovers of a process that was
    // killed.
    rmSync(directories.inserts, { recursive: true, force: true })
    mkdirSync(directories.inserts, { recursive: true })
    this.#writing = createPool([this.#writer])
    const limits = [
      `--max_execution_time=${QUERY_SECONDS_MAX}`,
      `--max_memory_usage=${QUERY_BYTES_MAX}`,
    ]
    this.#readers = Array.from({ length: READERS }, () => this.#open(limits))
    this.#reading = createPool(this.#readers)
    for (const other of openConnections) {
      if (other.#directories.engine === directories.engine) {
        other.#isExclusive = false
        this.#isExclusive = false
      }
    }
    openConnections.add(this)
  }

  get isExclusive(): boolean {
    return this.#isExclusive
  }

  async rows<Row extends readonly unknown[]>(statement: Statement): Promise<readonly Row[]> {
    const sql = bindLiterals(statement)
    const format = 'JSONCompactEachRow'
    const result = await this.#reading
      .use((session) => session.queryAsync(sql, { format }))
      .catch(rethrow)
    return parseRows<Row>(result.text())
  }

  async insert({ table, columns, format, bytes }: Insertion): Promise<void> {
    await this.#writing
      .use(async (session) => {
        if (format === 'RowBinary') {
          await this.#insertFile(session, { table, columns, format, bytes })
        } else await session.insert({ table, columns, format, values: bytes })
      })
      .catch(rethrow)
  }

  /**
   * The binding accepts only text formats, and the engine reads others from files. One file name
   * serves all inserts, because only one session writes. The file need not be durable, but the
   * inserted part is.
   */
  async #insertFile(session: Session, { table, columns, format, bytes }: Insertion): Promise<void> {
    const file = join(this.#directories.inserts, 'group')
    const source = bindLiterals({ sql: '{file:String}', parameters: { file } })
    try {
      await writeFile(file, bytes)
      await session.queryAsync(
        `INSERT INTO ${table} (${columns.join(', ')}) FROM INFILE ${source} FORMAT ${format}`,
      )
    } finally {
      await rm(file, { force: true })
    }
  }

  /** The single writing session finishes a statement before its call rejects. */
  async endInserts(): Promise<void> {}

  async command(statement: Statement): Promise<void> {
    const sql = bindLiterals(statement)
    await this.#writing.use((session) => session.queryAsync(sql)).catch(rethrow)
  }

  async *stream(statement: Statement, format: StreamFormat): AsyncIterable<Uint8Array> {
    if (this.#streams.size >= STREAMS_MAX) {
      throw new Fault('store.unavailable', {
        detail: `${STREAMS_MAX} exports are already running`,
        retryAfterSeconds: STREAM_RETRY_AFTER_SECONDS,
      })
    }
    const session = this.#open()
    this.#streams.add(session)
    try {
      const sql = bindLiterals(statement)
      // Streaming would make each block of rows a separate file.
      if (format === 'Parquet') yield (await session.queryAsync(sql, { format })).bytes()
      else yield* chunks(session, sql, format)
    } catch (error) {
      rethrow(error)
    } finally {
      this.#streams.delete(session)
      session.close()
    }
  }

  async close(): Promise<void> {
    openConnections.delete(this)
    for (const session of [...this.#streams, ...this.#readers, this.#writer]) session.close()
    await drainPending()
  }

  #open(extra: readonly string[] = []): Session {
    try {
      return new Session(this.#directories.engine, {
        connectionArgs: [...ENGINE_ARGUMENTS, ...extra],
      })
    } catch (cause) {
      throw new Fault('store.unavailable', {
        detail: openingProblem(this.#directories.engine),
        cause,
      })
    }
  }
}

const ENGINE_ARGUMENTS = Object.entries({ ...MEMORY_SETTINGS, ...ENGINE_SETTINGS }).map(
  ([name, value]) => `--${name}=${value}`,
)

async function* chunks(
  session: Session,
  sql: string,
  format: StreamFormat,
): AsyncIterable<Uint8Array> {
  for await (const chunk of session.queryStream(sql, { format })) yield chunk.raw()
}

function rethrow(error: unknown): never {
  throw engineFault(error)
}
