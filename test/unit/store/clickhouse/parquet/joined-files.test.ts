import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinParquetFiles } from '../../../../../src/store/clickhouse/parquet/joined-files.ts'
import { THRIFT, writeThrift } from '../../../../../src/store/clickhouse/parquet/thrift-compact.ts'

/** A file of no rows and no columns. */
const FOOTER = writeThrift({
  type: THRIFT.struct,
  fields: new Map([
    [1, { type: THRIFT.i32, number: 2n }],
    [2, { type: THRIFT.list, itemType: THRIFT.struct, items: [] }],
    [3, { type: THRIFT.i64, number: 0n }],
    [4, { type: THRIFT.list, itemType: THRIFT.struct, items: [] }],
  ]),
})
const LENGTH = Buffer.from([FOOTER.length, 0, 0, 0])
const MAGIC = Buffer.from('PAR1')
const FILE = Buffer.concat([MAGIC, FOOTER, LENGTH, MAGIC])

test('one file is joined to what it was', async () => {
  expect(await joined(FILE)).toEqual(FILE)
})

test('a truncated file is refused, and so is no file at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: FILE.length - 1 }), async (length) => {
      await expect(joined(FILE, FILE.subarray(0, length))).rejects.toThrow('is truncated')
    }),
  )
  await expect(joined()).rejects.toThrow('no Parquet file')
})

async function joined(...files: readonly Buffer[]): Promise<Buffer> {
  async function* given() {
    yield* files
  }
  const pieces: Uint8Array[] = []
  for await (const piece of joinParquetFiles(given(), 'details')) pieces.push(piece)
  return Buffer.concat(pieces)
}
