import fc from 'fast-check'
import { expect, test } from 'vitest'
import { migrate } from '../../src/store/clickhouse/migrate.ts'
import { eventOf } from '../support/store-events.ts'
import { collectBytes, type StoreHarness } from '../support/store-harness.ts'

const EVENTS = 20_000
const MESSAGE_LENGTH = 1500
/** Rows after which a stream fails: far more than one piece of it. */
const ROWS_BEFORE_FAILURE = 2_000_000

export function describeConnection(harness: () => StoreHarness): void {
  test('a value of a statement arrives as it is, whatever is in it', async () => {
    const connection = await harness().connect()
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed()),
      fc.constantFrom(`'`, `\\`, `\\'`, '{b:String}', '\0', '\n', '$1 $&', "'; SELECT '1"),
    )
    await fc.assert(
      fc.asyncProperty(text, fc.array(text), fc.maxSafeInteger(), async (a, b, c) => {
        const rows = await connection.rows({
          sql: 'SELECT {a:String}, {b:Array(String)}, {c:Int64}, {d:Array(Int64)}',
          parameters: { a, b, c, d: [c, 0] },
        })
        expect(rows).toEqual([[a, b, c, [c, 0]]])
      }),
      { numRuns: 60 },
    )
  })

  test('a statement that the engine refuses is a fault of Waybill, not of the store', async () => {
    const connection = await harness().connect()
    for (const sql of ['SELECT nothing_of_this_name', 'SELEC 1', "SELECT 1 + 'a'"]) {
      await expect(connection.rows({ sql })).rejects.toMatchObject({ code: 'internal.fault' })
    }
  })

  test('a stream that fails on the way throws, and does not just end', async () => {
    const connection = await harness().connect()
    const statement = {
      sql: `SELECT toString(number), throwIf(number = {last:UInt64})
        FROM numbers(10000000) SETTINGS max_threads = 1`,
      parameters: { last: ROWS_BEFORE_FAILURE },
    }
    let bytes = 0
    const read = async () => {
      for await (const chunk of connection.stream(statement, 'CSV')) bytes += chunk.length
    }
    await expect(read()).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(bytes).toBeGreaterThan(0)
  })

  test('rows of a query that fails on the way are no answer', async () => {
    const connection = await harness().connect()
    const rows = connection.rows({
      sql: `SELECT toString(number), throwIf(number = {last:UInt64})
        FROM numbers(10000000) SETTINGS max_threads = 1, max_block_size = 1000`,
      parameters: { last: ROWS_BEFORE_FAILURE },
    })
    await expect(rows).rejects.toMatchObject({
      code: 'store.unavailable',
      cause: { message: expect.stringContaining('throwIf') },
    })
  })

  test('a group is one part, so that it is there whole or not at all', async () => {
    const connection = await harness().connect()
    const opened = await harness().open()
    const partsOf = async () => {
      const rows = await connection.rows<[number]>({
        sql: `SELECT uniqExact(_part) FROM events WHERE origin = {origin:String}`,
        parameters: { origin: opened.origin },
      })
      return rows[0]?.[0]
    }
    await connection.command({ sql: 'SYSTEM STOP MERGES events' })
    try {
      const message = 'x'.repeat(MESSAGE_LENGTH)
      await opened.insert(
        Array.from({ length: EVENTS }, () => eventOf({ tenant: 'one part', message })),
      )
      expect(await partsOf()).toBe(1)
      await opened.insert([eventOf({ tenant: 'one part' })])
      expect(await partsOf()).toBe(2)
    } finally {
      await connection.command({ sql: 'SYSTEM START MERGES events' })
    }
  })

  test('the schema may be applied again, also after a crash between two records', async () => {
    const connection = await harness().connect()
    const applied = { sql: 'SELECT file FROM schema_migrations ORDER BY file' }
    await migrate(connection)
    const files = await connection.rows(applied)
    expect(files.length).toBeGreaterThan(0)
    await connection.command({ sql: 'TRUNCATE TABLE schema_migrations' })
    await migrate(connection)
    await migrate(connection)
    expect(await connection.rows(applied)).toEqual(files)
  })

  test('an empty result is an empty list, and a Parquet file of nothing a file', async () => {
    const connection = await harness().connect()
    expect(await connection.rows({ sql: 'SELECT 1 WHERE false' })).toEqual([])
    const file = await collectBytes(
      connection.stream({ sql: 'SELECT 1 AS one WHERE false' }, 'Parquet'),
    )
    expect(file.subarray(-4).toString()).toBe('PAR1')
  })
}
