import type { Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Fault } from '../../core/errors.ts'
import { isMembers } from '../../core/json/json.ts'
import { createTurns } from '../../core/turns/in-turn.ts'
import type { FoundRecord, RecordStore } from './record-store.ts'

/** Which records are the rows of a table. */
export interface TableForm<Schema extends Type.TSchema> {
  readonly kind: string
  /** What a body has to be. */
  readonly schema: Schema
  /** The rows to keep in memory; absent: all. */
  readonly where?: (row: Static<Schema>) => boolean
  /** What becomes of a record that the schema refuses; absent: it stops the start. */
  readonly unreadable?: 'skip'
}

/**
 * The records of one kind, read whole at start and answered from memory.
 *
 * A change is durable once its promise resolves, and is visible in `rows` only then. Changes run
 * one after the other, in the order of the calls. They reject with `store.unavailable`, and then
 * nothing has changed in memory.
 */
export interface RecordTable<Row> {
  /** By id, live. Rows are replaced, never changed. */
  readonly rows: ReadonlyMap<string, Row>
  all(): readonly Row[]
  put(id: string, row: Row): Promise<void>
  /** Replaces a row by the result of `change`; without effect when the row is missing. */
  change(id: string, change: (row: Row) => Row): Promise<void>
  remove(id: string): Promise<void>
}

/**
 * Reads a table.
 *
 * @throws Fault `internal.fault` that names the record which cannot be read; `store.unavailable`.
 */
export async function openTable<Schema extends Type.TSchema>(
  records: RecordStore,
  form: TableForm<Schema>,
): Promise<RecordTable<Static<Schema>>> {
  const { kind, where = () => true } = form
  const rows = new Map<string, Static<Schema>>()
  for (const record of await records.load(kind)) {
    const row = readRow(record, form)
    if (row !== undefined && where(row)) rows.set(record.id, row)
  }
  const inTurn = createTurns()
  const put = async (id: string, row: Static<Schema>) => {
    await records.put({ kind, id, body: { ...Object(row) } })
    rows.set(id, row)
  }
  return {
    rows,
    all: () => [...rows.values()],
    put: (id, row) => inTurn(() => put(id, row)),
    change: (id, change) =>
      inTurn(async () => {
        const row = rows.get(id)
        if (row !== undefined) await put(id, change(row))
      }),
    remove: (id) =>
      inTurn(async () => {
        await records.remove(kind, id)
        rows.delete(id)
      }),
  }
}

function readRow<Schema extends Type.TSchema>(
  { id, body }: FoundRecord,
  { kind, schema, unreadable }: TableForm<Schema>,
): Static<Schema> | undefined {
  const ownId = isMembers(body) ? body['id'] : undefined
  const isOwn = ownId === undefined || ownId === id
  if (isOwn && Value.Check(schema, body)) return body
  if (unreadable === 'skip') return undefined
  const [error] = Value.Errors(schema, body)
  const where = error?.instancePath || 'its body'
  const problem =
    error === undefined ? '/id is that of another record' : `${where} ${error.message}`
  throw unreadableRecord(kind, id, problem)
}

/** The error for a record in a form that this program does not write: rights are never guessed. */
export function unreadableRecord(
  kind: string,
  id: string,
  problem: string,
  cause?: unknown,
): Fault {
  return new Fault('internal.fault', {
    detail:
      `the ${kind} record ${id} cannot be read: ${problem}. It was damaged, or written by ` +
      'another version of Waybill: restore the store from a backup, or start that version',
    cause,
  })
}
