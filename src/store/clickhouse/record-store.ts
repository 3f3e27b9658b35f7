import type { RecordStore, StateRecord } from '../../access/record-store.ts'
import type { JsonObject } from '../../core/event.ts'
import { createClock } from '../../core/timestamp.ts'
import type { ClickHouseConnection } from './connection.ts'

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
  return {
    load: (kind) => loadRecords(connection, kind),
    put: (record) => write(record, 0),
    compact: () => connection.command({ sql: 'OPTIMIZE TABLE records FINAL' }),
    remove: (kind, id) => write({ kind, id, body: {} }, 1),
  }
}

async function loadRecords(
  connection: ClickHouseConnection,
  kind: string,
): Promise<readonly StateRecord[]> {
  const rows = await connection.rows<[string, string]>({
    sql: 'SELECT id, body FROM records FINAL WHERE kind = {kind:String} ORDER BY id',
    parameters: { kind },
  })
  return rows.map(([id, text]) => {
    const body: JsonObject = JSON.parse(text)
    return { kind, id, body }
  })
}
