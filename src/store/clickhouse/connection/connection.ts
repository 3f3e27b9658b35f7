/** The value of a statement's parameter. */
export type ParameterValue = string | number | readonly string[] | readonly number[]

/** SQL text with `{name:Type}` placeholders, and their values. */
export interface Statement {
  readonly sql: string
  readonly parameters?: Readonly<Record<string, ParameterValue>>
}

/** The format of a streamed result. A row of `LineAsString` is one unescaped text column. */
export type StreamFormat = 'JSONCompactEachRow' | 'LineAsString' | 'CSV' | 'Parquet'

/** Serialized rows for one table. */
export interface Insertion {
  /** Its name, if it is repeated with the same rows when its outcome is unknown. */
  readonly name?: string
  readonly table: string
  readonly columns: readonly string[]
  readonly format: 'JSONCompactEachRow' | 'RowBinary'
  readonly bytes: Uint8Array
}

/**
 * A ClickHouse engine, in this process or over HTTP.
 *
 * - `insert` is durable and visible to every later call once it resolves, for tables that ask for
 *   it (`fsync_after_insert`). It is atomic when its rows are in one partition: they become one
 *   part.
 * - `rows` and `stream` see every insert that resolved before the call. A stream sees the table as
 *   it was when the stream began.
 * - All methods may be called concurrently. Calls beyond an adapter's limit wait; streams beyond it
 *   are rejected.
 * - All throw a Fault: `store.unavailable` when the engine cannot answer, `internal.fault` when it
 *   rejected the statement.
 *
 * Callers never put values into the SQL text: external input is always a parameter.
 */
export interface ClickHouseConnection {
  /** Whether only this connection has written to the tables since it was opened. */
  readonly isExclusive: boolean
  /** The whole result; each row is an array in the order of the SELECT list. */
  rows<Row extends readonly unknown[]>(statement: Statement): Promise<readonly Row[]>
  /**
   * The result as the bytes of one document, in constant memory. Ending the iteration stops it.
   * Parquet arrives as one piece, because the footer at its end describes all of it.
   */
  stream(statement: Statement, format: StreamFormat): AsyncIterable<Uint8Array>
  insert(insertion: Insertion): Promise<void>
  /** Ends inserts whose name has this prefix; resolves once none is running. */
  endInserts(namePrefix: string): Promise<void>
  command(statement: Statement): Promise<void>
  /** Waits for running calls, then closes the engine. */
  close(): Promise<void>
}
