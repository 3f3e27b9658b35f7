/**
 * Settings of every query on every connection, so that both engines answer in the same form, and a
 * changed default in a later engine cannot change what is stored.
 */
export const ENGINE_SETTINGS = {
  // The engine's default buffers inserts in memory, but acknowledged events must be on disk.
  async_insert: 0,
  // A group of events is one block, hence one part, hence atomic, whatever its size: rows are
  // gathered up to this number, and their size in bytes does not split a block.
  max_insert_block_size: 10_000_000,
  min_insert_block_size_rows: 10_000_000,
  min_insert_block_size_bytes: 0,
  // From this size on, several threads parse the text of a group.
  min_chunk_bytes_for_parallel_parsing: 1_000_000,
  // Skip indexes are built when parts are merged: at insert they would take a third of the time,
  // and a part that is not merged yet is small enough to be read without them.
  materialize_skip_indexes_on_insert: 0,
  // Times are read and written as RFC 3339 in UTC, as in events.
  date_time_input_format: 'best_effort',
  date_time_output_format: 'iso',
  session_timezone: 'UTC',
  output_format_json_escape_forward_slashes: 0,
  output_format_json_quote_64bit_integers: 0,
  // An object in a JSON row is stored as its own text: `details` needs no second encoding.
  input_format_json_read_objects_as_strings: 1,
  output_format_csv_crlf_end_of_line: 1,
  // Parquet files are made from a few events at a time (`event-slices.ts`) and then joined, so they
  // must not contain absolute offsets of their own. Bloom filters are a fifth of the work, too.
  output_format_parquet_row_group_size: 16_384,
  output_format_parquet_parallel_encoding: 0,
  output_format_parquet_write_page_index: 0,
  output_format_parquet_write_bloom_filter: 0,
  // SELECT lists name expressions like columns; conditions refer to the columns.
  prefer_column_name_to_alias: 1,
  // Filters with the most values, and lookups for a whole batch, are long statements.
  max_query_size: 16_000_000,
  // A sort without a matching index spills to disk before it exhausts the process's memory.
  max_bytes_before_external_sort: 128 * 1024 * 1024,
  max_bytes_before_external_group_by: 256 * 1024 * 1024,
} as const satisfies Readonly<Record<string, string | number>>

/** Most memory for a query that is not a stream, in bytes. */
export const QUERY_BYTES_MAX = 1024 * 1024 * 1024
/** Longest run time of a query that is not a stream, in seconds. */
export const QUERY_SECONDS_MAX = 60

/**
 * The engine's `priority` for queries, by cost: queries with higher numbers pause while one with a
 * lower number runs. This keeps pages fast next to counts and exports of any tenant.
 */
export const PRIORITY = { page: 1, count: 2, stream: 3 } as const

/**
 * Settings for queries that return events. No projection contains events, and not considering any
 * saves a tenth of a page's time.
 */
export const PAGE_SETTINGS_SQL = `priority = ${PRIORITY.page}, optimize_use_projections = 0`
