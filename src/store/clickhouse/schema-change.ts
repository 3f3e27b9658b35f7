import { Fault } from '../../core/errors.ts'
import type { ClickHouseConnection, Statement } from './connection/connection.ts'

/**
 * Room that a change of the schema needs, in bytes. On a full disk the engine replaces the
 * definition of a table by an empty file, and does not open the directory again.
 */
const FREE_BYTES_MIN = 16 * 1024 * 1024

/**
 * Runs a statement that changes the schema.
 *
 * @throws Fault `store.unavailable` when the disk is too full for it.
 */
export async function changeSchema(
  connection: ClickHouseConnection,
  statement: Statement,
): Promise<void> {
  const freeBytes = await freeBytesOf(connection)
  if (freeBytes < FREE_BYTES_MIN) {
    throw new Fault('store.unavailable', {
      detail:
        `the schema of the store must change, and its disk has ${freeBytes} bytes free: ` +
        `free ${FREE_BYTES_MIN} bytes and start again`,
    })
  }
  await connection.command(statement)
}

/** A server may keep its disks from its users: then there is room as far as is known. */
async function freeBytesOf(connection: ClickHouseConnection): Promise<number> {
  const sql = 'SELECT min(free_space) FROM system.disks'
  const rows = await connection.rows<[number]>({ sql }).catch((error: unknown) => {
    if (connection.isExclusive) throw error
    return []
  })
  return rows[0]?.[0] ?? Number.POSITIVE_INFINITY
}
