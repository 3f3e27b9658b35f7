import type { LedgerHolding, TileHash, TreeHead } from '../../../ledger/event-writer.ts'
import type { ClickHouseConnection } from '../connection/connection.ts'

/** Saves hashes of the tree of one origin; the same hash may be saved again. */
export async function saveTileHashes(
  connection: ClickHouseConnection,
  origin: string,
  hashes: readonly TileHash[],
): Promise<void> {
  if (hashes.length === 0) return
  await insertRows(connection, 'tile_hashes', {
    columns: ['origin', 'level', 'hash_index', 'hash', 'sums'],
    rows: hashes.map(({ level, index, hash, sums }) => [
      ...[origin, level, index, toHex(hash)],
      sums === undefined ? '' : toHex(sums),
    ]),
  })
}

/** Hashes of one level of an origin's tree, from an index on. */
export interface TileHashRange {
  readonly origin: string
  readonly level: number
  readonly fromIndex: number
  /** Absent: to the last one. */
  readonly endIndex?: number
}

/** The saved hashes of one level, ascending, each index once. */
export async function loadTileHashes(
  connection: ClickHouseConnection,
  { endIndex = Number.MAX_SAFE_INTEGER, ...place }: TileHashRange,
): Promise<readonly TileHash[]> {
  const rows = await connection.rows<[number, string, string]>({
    sql: `SELECT hash_index, hash, sums FROM tile_hashes FINAL
      WHERE origin = {origin:String} AND level = {level:UInt64}
        AND hash_index >= {fromIndex:UInt64} AND hash_index < {endIndex:UInt64}
      ORDER BY hash_index`,
    parameters: { ...place, endIndex },
  })
  return rows.map(([index, hash, sums]) => ({
    ...{ level: place.level, index, hash: fromHex(hash) },
    ...(sums !== '' && { sums: fromHex(sums) }),
  }))
}

/** Saves a size of the tree and its root; the greatest size counts. */
export async function saveTreeHead(
  connection: ClickHouseConnection,
  origin: string,
  { size, rootHash }: TreeHead,
): Promise<void> {
  await insertRows(connection, 'tree_heads', {
    columns: ['origin', 'size', 'root_hash'],
    rows: [[origin, size, toHex(rootHash)]],
  })
}

/** The head of the greatest saved size. */
export async function loadTreeHead(
  connection: ClickHouseConnection,
  origin: string,
): Promise<TreeHead | undefined> {
  const rows = await connection.rows<[number, string]>({
    sql: `SELECT size, root_hash FROM tree_heads
      WHERE origin = {origin:String} ORDER BY size DESC LIMIT 1`,
    parameters: { origin },
  })
  const [row] = rows
  return row === undefined ? undefined : { size: row[0], rootHash: fromHex(row[1]) }
}

/**
 * The events of each origin. The sum of the seqs and their number show whether every seq occurs
 * once.
 */
export async function readHoldings(
  connection: ClickHouseConnection,
): Promise<readonly LedgerHolding[]> {
  const rows = await connection.rows<[string, number, number, 0 | 1, number]>({
    sql: `SELECT origin, sum(events), sum(next), max(whole), max(saved) FROM (
        SELECT origin, count() AS events, max(seq) + 1 AS next, -1 AS saved,
          events = next AND sum(toUInt128(seq)) * 2 = toUInt128(events) * (events - 1) AS whole
        FROM events GROUP BY origin
        UNION ALL
        SELECT origin, 0, 0, max(toInt64(size)), 0 FROM tree_heads GROUP BY origin
      ) GROUP BY origin ORDER BY origin`,
  })
  return rows.map(([origin, events, nextSeq, isWhole, savedSize]) => ({
    origin,
    events,
    nextSeq,
    isWhole: events === 0 || isWhole === 1,
    savedSize: savedSize < 0 ? undefined : savedSize,
  }))
}

async function insertRows(
  connection: ClickHouseConnection,
  table: string,
  { columns, rows }: { columns: readonly string[]; rows: readonly (readonly unknown[])[] },
): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await connection.insert({ table, columns, format: 'JSONCompactEachRow', bytes })
}

function toHex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex')
}

function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}
