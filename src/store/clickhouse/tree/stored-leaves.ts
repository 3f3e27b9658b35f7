import { canonicalJson } from '../../../core/event/canonical-json.ts'
import type { LeafRange } from '../../../ledger/proof/subtree-proof.ts'
import type { LeafRow, StoredLeaves } from '../../../ledger/tiles/stored-leaves.ts'
import { leafHash } from '../../../ledger/tree/merkle-tree.ts'
import { canonicalJsonSql } from '../canonical-sql.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'
import { WHOLE_EVENT_SQL } from '../event-columns.ts'
import { ESCAPED_WORDS_SQL } from '../filter/text-search.ts'
import { decodeEvent, EVENT_ROW_SQL, type EventRow } from '../read/event-row.ts'
import { groupHashesSql } from './group-hashes-sql.ts'
import { loadTileHashes } from './tree-tables.ts'

const CANONICAL_SQL = canonicalJsonSql({ withSeq: false })
/** Holds for a row in which everything that queries go by follows from what is in the leaf. */
const SOUND_SQL = `${WHOLE_EVENT_SQL} AND escaped_words = ${ESCAPED_WORDS_SQL}`
const LEAF_SQL = `SHA256(concat('\\0', ${CANONICAL_SQL}))`
/** The SELECT list of a `LeafRow`: its seq, its tenant, and its leaf in hex or '' if unsound. */
export const LEAF_ROW_SQL = `seq, tenant, if(${SOUND_SQL}, lower(hex(${LEAF_SQL})), '')`
const IN_RANGE_SQL = 'origin = {origin:String} AND seq >= {start:UInt64} AND seq < {end:UInt64}'

/** The stored ledger of one origin. The engine makes the leaf hashes, on all of its threads. */
export function createStoredLeaves(connection: ClickHouseConnection, origin: string): StoredLeaves {
  return {
    rows: ({ start, end }) => readRows(connection, { origin, start, end }),
    groupHashes: (range) => readGroupHashes(connection, { origin, ...range }),
    async hashes({ start, end }) {
      return (await readEntries(connection, { origin, start, end })).map(leafHash)
    },
    entries: ({ start, end }) => readEntries(connection, { origin, start, end }),
    tileHashes: (level, { start, end }) =>
      loadTileHashes(connection, { origin, level, fromIndex: start, endIndex: end }),
  }
}

interface OwnRange extends LeafRange {
  readonly origin: string
}

async function readRows(
  connection: ClickHouseConnection,
  range: OwnRange,
): Promise<readonly LeafRow[]> {
  const rows = await connection.rows<LeafRowTexts>({
    sql: `SELECT ${LEAF_ROW_SQL} FROM events WHERE ${IN_RANGE_SQL} ORDER BY seq`,
    parameters: { ...range },
  })
  return rows.map(leafRow)
}

/** A row of `LEAF_ROW_SQL`. */
export type LeafRowTexts = [seq: number, tenant: string, hex: string]

/** Reads a row of `LEAF_ROW_SQL`. */
export function leafRow([seq, tenant, hex]: LeafRowTexts): LeafRow {
  return { seq, tenant, leaf: hex === '' ? undefined : Buffer.from(hex, 'hex') }
}

async function readGroupHashes(
  connection: ClickHouseConnection,
  range: OwnRange,
): Promise<ReadonlyMap<number, Buffer>> {
  const leaves = `SELECT seq, ${LEAF_SQL} AS leaf, ${SOUND_SQL} AS is_sound
    FROM events WHERE ${IN_RANGE_SQL}`
  const rows = await connection.rows<[number, string]>({
    sql: `SELECT group_index, hex(hash) FROM (${groupHashesSql(leaves)})
      SETTINGS merge_tree_min_rows_for_concurrent_read = ${ROWS_OF_THREAD_MIN}`,
    parameters: { ...range },
  })
  return new Map(rows.map(([index, hex]) => [index, Buffer.from(hex, 'hex')]))
}

/** The engine's default is for cheap expressions, and would read a window on one thread. */
const ROWS_OF_THREAD_MIN = 16_384

/**
 * The engine needs long to understand the SQL of canonical JSON; rows that are decoded here come
 * sooner, unless they are very many.
 */
async function readEntries(
  connection: ClickHouseConnection,
  range: OwnRange,
): Promise<readonly string[]> {
  const rows = await connection.rows<EventRow>({
    sql: `SELECT ${EVENT_ROW_SQL} FROM events WHERE ${IN_RANGE_SQL} ORDER BY seq`,
    parameters: { ...range },
  })
  const entries = Array.from({ length: range.end - range.start }, () => '')
  for (const row of rows.toReversed()) entries[row[0] - range.start] = entryOf(row)
  return entries
}

/** Empty for a row that no longer holds an event, so its leaf is not the signed one. */
function entryOf(row: EventRow): string {
  try {
    return canonicalJson(decodeEvent(row).event)
  } catch {
    return ''
  }
}
