import { Client, type QueryResultRow } from 'pg'
import { doubling, retry, waitText } from '../../../../core/retry.ts'
import { databaseError, isPassing, reasonOf, shownDatabase } from './database-error.ts'

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS_MAX = 10_000
/** Longest time for one query in the database, in milliseconds. */
const STATEMENT_MS_MAX = 60_000
/** Longest wait for the answer of a query, because a dead connection reports nothing. */
const ANSWER_MS_MAX = STATEMENT_MS_MAX + 15_000
/** Attempts at one query before the import gives up, which take about ten minutes. */
const ATTEMPTS_MAX = 25
/** Pause before the second attempt, in milliseconds; it doubles from there. */
const PAUSE_MS = 500
/** Longest pause between two attempts, in milliseconds. */
const PAUSE_MS_MAX = 30_000

/** How to connect to a Quay's database. */
export interface DatabaseOptions {
  /** `postgres://…`; may contain a password, and is never shown. */
  readonly url: string
  readonly signal: AbortSignal
  /** Called before each pause. */
  readonly warn: (message: string) => void
}

/**
 * The database of a Quay, which is only read. Every query runs in a separate read-only transaction,
 * so that none delays the database's vacuum for long. A lost connection is opened again, and its
 * query is repeated.
 */
export class QuayDatabase {
  readonly #options: DatabaseOptions
  readonly #name: string
  readonly #closing = new AbortController()
  /** Aborts when the import is to stop, and when this is closed. */
  readonly #stopping: AbortSignal
  #client: Client | undefined
  /** One connection runs one query at a time. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(options: DatabaseOptions) {
    this.#options = options
    this.#name = shownDatabase(options.url)
    this.#stopping = AbortSignal.any([options.signal, this.#closing.signal])
  }

  /** @throws ImportError at once when the first connection cannot be made. */
  static async open(options: DatabaseOptions): Promise<QuayDatabase> {
    const database = new QuayDatabase(options)
    try {
      await database.#connect()
    } catch (error) {
      throw databaseError(database.#name, error)
    }
    return database
  }

  /** The database without credentials, for people. */
  get name(): string {
    return this.#name
  }

  /** @throws ImportError when the query is rejected, or was not answered for about ten minutes. */
  query<Row extends QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const answer = this.#last.then(() => this.#patiently<Row>(text, values))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  /** Also ends the current query. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#last
    await this.#disconnect()
  }

  async #patiently<Row extends QueryResultRow>(text: string, values: readonly unknown[]) {
    this.#stopping.throwIfAborted()
    const ask = () =>
      this.#ask<Row>(text, values).catch(async (error: unknown) => {
        // The connection is useless after any error.
        await this.#disconnect()
        throw error
      })
    try {
      return await retry(ask, {
        isPassing,
        pause: doubling(PAUSE_MS, PAUSE_MS_MAX),
        attemptsMax: ATTEMPTS_MAX,
        signal: this.#stopping,
        onWait: (error, waitMs) => {
          this.#options.warn(waitText(`${this.#name}: ${reasonOf(error)}`, waitMs))
        },
      })
    } catch (error) {
      this.#stopping.throwIfAborted()
      throw databaseError(this.#name, error)
    }
  }

  async #ask<Row extends QueryResultRow>(text: string, values: readonly unknown[]) {
    const client = await this.#connect()
    const stop = () => void client.end().catch(() => undefined)
    this.#stopping.addEventListener('abort', stop)
    try {
      await client.query(
        `BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_MS_MAX};
         SET LOCAL datestyle = 'ISO, YMD'`,
      )
      const { rows } = await client.query<Row>(text, [...values])
      await client.query('COMMIT')
      return rows
    } finally {
      this.#stopping.removeEventListener('abort', stop)
    }
  }

  async #connect(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    const client = makeClient(this.#options.url)
    // The next query notices a connection that broke between two queries.
    client.on('error', () => undefined)
    try {
      await client.connect()
    } catch (error) {
      await client.end().catch(() => undefined)
      throw error
    }
    this.#client = client
    return client
  }

  async #disconnect(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
  }
}

function makeClient(url: string): Client {
  return new Client({
    connectionString: url,
    application_name: 'waybill import',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: ANSWER_MS_MAX,
    keepAlive: true,
  })
}
