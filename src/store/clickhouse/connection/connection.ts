/** A value that a statement carries beside its text. */
export type ParameterValue = string | number | readonly string[] | readonly number[]

/** SQL text with `{name:Type}` placeholders, and the values that go there. */
export interface Statement {
  readonly sql: string
  readonly parameters?: Readonly<Record<string, ParameterValue>>
}

/** How a streamed result is written. One row of `LineAsString` is one text column, as it is. */
export type StreamFormat = 'JSONCompactEachRow' | 'LineAsString' | 'CSV' | 'Parquet'

/** Rows for one table, serialised. */
export interface Insertion {
  /** What it is called, if it is repeated with the same rows when its outcome is not known. */
  readonly name?: string
  readonly table: string
  readonly columns: readonly string[]
  readonly format: 'JSONCompactEachRow' | 'RowBinary'
  readonly bytes: Uint8Array
}

/**
 * A ClickHouse engine, in this process or behind HTTP.
 *
 * - `insert` is durable and visible to every later call once it resolves, for tables that ask for
 *   it (`fsync_after_insert`). It is atomic when its rows fall into one partition: they become one
 *   part.
 * - `rows` and `stream` see every insert that resolved before they were called. A stream sees the
 *   table as it was when the stream began.
 * - All methods may be called at the same time; calls beyond an adapter's limit wait their turn,
 *   streams beyond it are refused.
 * - All throw a Fault: `store.unavailable` when the engine cannot answer, `internal.fault` when it
 *   refused the statement itself.
 *
 * Values never enter the SQL text of callers: what comes from outside is always a parameter.
 */
export interface ClickHouseConnection {
  /** Whether nobody writes to the tables but through this connection, since it was opened. */
  readonly isExclusive: boolean
  /** The whole result; each row is an array in the order of the SELECT list. */
  rows<Row extends readonly unknown[]>(statement: Statement): Promise<readonly Row[]>
  /**
   * The result as the bytes of one document, in constant memory. Ending the iteration stops it.
   * Parquet comes whole, in one piece: its footer is at its end and describes all of it.
   */
  stream(statement: Statement, format: StreamFormat): AsyncIterable<Uint8Array>
  insert(insertion: Insertion): Promise<void>
  /** Resolves once no insert runs whose name begins so: one that does is ended. */
  endInserts(namePrefix: string): Promise<void>
  command(statement: Statement): Promise<void>
  /** Waits for calls that run, then lets go of the engine. */
  close(): Promise<void>
}
