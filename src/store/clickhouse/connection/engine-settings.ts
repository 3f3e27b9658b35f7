/**
 * Settings of every query on every connection, so that both answer in the same form and a default
 * that a later engine changes cannot change what is stored.
 */
export const ENGINE_SETTINGS = {
  // The engine's default buffers inserts in memory: what is acknowledged here must be on disk.
  async_insert: 0,
  // A group of events is one block, hence one part, hence atomic, whatever its size: rows are
  // gathered up to this number, and size in bytes does not cut a block.
  max_insert_block_size: 10_000_000,
  min_insert_block_size_rows: 10_000_000,
  min_insert_block_size_bytes: 0,
  // Text of a group is parsed by several threads from this size on.
  min_chunk_bytes_for_parallel_parsing: 1_000_000,
  // Indexes over rows are made when parts are merged: on insert they cost a third of its time, and
  // a part that has not been merged yet is small enough to be read without them.
  materialize_skip_indexes_on_insert: 0,
  // Times are read and written as RFC 3339 in UTC, the form that events have.
  date_time_input_format: 'best_effort',
  date_time_output_format: 'iso',
  session_timezone: 'UTC',
  output_format_json_escape_forward_slashes: 0,
  output_format_json_quote_64bit_integers: 0,
  // An object in a JSON row is stored as its own text: `details` needs no second encoding.
  input_format_json_read_objects_as_strings: 1,
  output_format_csv_crlf_end_of_line: 1,
  // Parquet files are made of few events at once (`event-slices.ts`) and then joined: what stands
  // in a file by its place there could not be. Bloom filters are a fifth of the work, too.
  output_format_parquet_row_group_size: 16_384,
  output_format_parquet_parallel_encoding: 0,
  output_format_parquet_write_page_index: 0,
  output_format_parquet_write_bloom_filter: 0,
  // SELECT lists name expressions as columns are named; conditions mean the columns.
  prefer_column_name_to_alias: 1,
  // Filters with the most values and look-ups of a whole batch are long statements.
  max_query_size: 16_000_000,
  // A sort that no index answers goes to disk before it takes the process's memory.
  max_bytes_before_external_sort: 128 * 1024 * 1024,
  max_bytes_before_external_group_by: 256 * 1024 * 1024,
} as const satisfies Readonly<Record<string, string | number>>

/** Most memory that a query other than a stream may take, in bytes. */
export const QUERY_BYTES_MAX = 1024 * 1024 * 1024
/** Longest that a query other than a stream may run, in seconds. */
export const QUERY_SECONDS_MAX = 60

/**
 * The engine's `priority` of queries, by what they cost: while one of a lower number runs, those of
 * higher ones pause. A page stays quick next to counts and exports, of one tenant or another.
 */
export const PRIORITY = { page: 1, count: 2, stream: 3 } as const

/**
 * Settings of a query that answers events. No projection holds events, so none is weighed: a tenth
 * of the time of a page.
 */
export const PAGE_SETTINGS_SQL = `priority = ${PRIORITY.page}, optimize_use_projections = 0`
