import { Fault } from '../../core/errors.ts'
import type { ClickHouseConnection, Statement } from './connection/connection.ts'

/**
 * Disk space that a change of the schema needs, in bytes. On a full disk the engine replaces the
 * definition of a table with an empty file, and cannot open the directory again.
 */
const FREE_BYTES_MIN = 16 * 1024 * 1024

/**
 * Runs a statement that changes the schema.
 *
 * @throws Fault `store.unavailable` when the disk is too full.
 */
export async function changeSchema(
  connection: ClickHouseConnection,
  statement: Statement,
): Promise<void> {
  const freeBytes = await freeBytesOf(connection)
  if (freeBytes < FREE_BYTES_MIN) {
    throw new Fault('store.unavailable', {
      detail:
        `the schema of the store must be updated, but its disk has only ${freeBytes} bytes free: ` +
        `free ${FREE_BYTES_MIN} bytes and start again`,
    })
  }
  await connection.command(statement)
}

/** A server may hide its disks from its users; then the space counts as sufficient. */
async function freeBytesOf(connection: ClickHouseConnection): Promise<number> {
  const sql = 'SELECT min(free_space) FROM system.disks'
  const rows = await connection.rows<[number]>({ sql }).catch((error: unknown) => {
    if (connection.isExclusive) throw error
    return []
  })
  return rows[0]?.[0] ?? Number.POSITIVE_INFINITY
}
