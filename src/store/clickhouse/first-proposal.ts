import type { StateRecord } from '../../access/records/record-store.ts'
import { Fault } from '../../core/errors.ts'
import { isMembers } from '../../core/json/json.ts'
import type { ClickHouseConnection } from './connection/connection.ts'
import { changeSchema } from './schema-change.ts'

/** Kinds and ids that may be part of a table's name. */
const NAME = /^[a-z]+(?:-[a-z]+)*$/

/**
 * The first record that was proposed under this kind and id; it stays the first for good.
 *
 * ClickHouse has no conditional insert. Instances that write a row each and read all of them agree
 * only if none of them is slower than some limit. But of two `CREATE TABLE` with one name the
 * engine runs one: it locks the name, checks whether the table exists, and creates it together
 * with its comment. So a proposal is the comment of an empty table; later ones read the first.
 *
 * @throws Fault `store.unavailable`.
 */
export async function firstProposal(
  connection: ClickHouseConnection,
  { kind, id, body }: StateRecord,
): Promise<StateRecord> {
  if (!NAME.test(kind) || !NAME.test(id)) throw new Error(`${kind}/${id} cannot be created once`)
  const table = `created_${kind}_${id}`
  // A comment takes no parameter. In hexadecimal digits there is nothing to escape.
  const comment = Buffer.from(JSON.stringify(body)).toString('hex')
  await changeSchema(connection, {
    sql: `CREATE TABLE IF NOT EXISTS \`${table}\` (body String) ENGINE = Null COMMENT '${comment}'`,
  })
  const [row] = await connection.rows<[string]>({
    sql: `SELECT comment FROM system.tables
      WHERE database = currentDatabase() AND name = {table:String}`,
    parameters: { table },
  })
  if (row === undefined) {
    const detail = `the table ${table} was created, but is not there: do several servers answer?`
    throw new Fault('store.unavailable', { detail })
  }
  const first: unknown = JSON.parse(Buffer.from(row[0], 'hex').toString())
  if (!isMembers(first)) throw new Error(`the comment of the table ${table} is no record`)
  return { kind, id, body: first }
}
