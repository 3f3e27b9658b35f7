import type { FoundRecord, RecordStore, StateRecord } from '../../access/records/record-store.ts'
import { createClock } from '../../core/time/timestamp.ts'
import type { ClickHouseConnection } from './connection/connection.ts'
import { firstProposal } from './first-proposal.ts'

const COLUMNS = ['kind', 'id', 'body', 'version', 'removed']

/**
 * Operational state in table `records`.
 *
 * The row with the greatest version of an id counts. Versions are the time of the write, and above
 * every version that was there before: a system clock that was set back loses no write.
 */
export async function openRecordStore(connection: ClickHouseConnection): Promise<RecordStore> {
  const [row] = await connection.rows<[number]>({ sql: 'SELECT max(version) FROM records' })
  const clock = createClock()
  let version = row?.[0] ?? 0

  const write = async (record: StateRecord, removed: 0 | 1) => {
    version = Math.max(clock(), version + 1)
    const values = [record.kind, record.id, JSON.stringify(record.body), version, removed]
    await connection.insert({
      table: 'records',
      columns: COLUMNS,
      format: 'JSONCompactEachRow',
      bytes: Buffer.from(`${JSON.stringify(values)}\n`),
    })
  }
  const get: RecordStore['get'] = async (kind, id) => {
    const [record] = await loadRecords(connection, kind, { test: 'id = {id:String}', id })
    return record
  }
  return {
    load: (kind, idPrefix = '') =>
      loadRecords(connection, kind, { test: 'startsWith(id, {id:String})', id: idPrefix }),
    get,
    async count(kind, idPrefix) {
      const [row] = await connection.rows<[number]>({
        sql: `SELECT count() FROM records FINAL
          WHERE kind = {kind:String} AND startsWith(id, {id:String})`,
        parameters: { kind, id: idPrefix },
      })
      return row?.[0] ?? 0
    },
    put: (record) => write(record, 0),
    async create(record) {
      const { kind, id } = record
      const kept = await get(kind, id)
      if (kept !== undefined) return kept
      // All write the same, so a crash of the first one in between leaves nothing to do.
      const first = await firstProposal(connection, record)
      await write(first, 0)
      return first
    },
    remove: (kind, id) => write({ kind, id, body: {} }, 1),
  }
}

async function loadRecords(
  connection: ClickHouseConnection,
  kind: string,
  { test, id }: { readonly test: string; readonly id: string },
): Promise<readonly FoundRecord[]> {
  const rows = await connection.rows<[string, string]>({
    sql: `SELECT id, body FROM records FINAL WHERE kind = {kind:String} AND ${test} ORDER BY id`,
    parameters: { kind, id },
  })
  return rows.map(([name, text]) => ({ kind, id: name, body: bodyOf(text) }))
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A damaged body is for the reader of the record to judge, who knows what depends on it.
    return undefined
  }
}
