import {
  readThrift,
  THRIFT,
  type ThriftStruct,
  type ThriftValue,
  type WrittenStruct,
  writeThrift,
} from './thrift-compact.ts'

/** The first and last bytes of a Parquet file (Parquet format, "File format"). */
const MAGIC = Buffer.from('PAR1')
/** The end of a file: the length of its footer in four bytes, then the magic bytes. */
const TAIL_BYTES = 8

/** Fields of the structs of parquet.thrift, by number. */
const FILE = { schema: 2, rows: 3, rowGroups: 4 }
const ROW_GROUP = { columns: 1, fileOffset: 5, ordinal: 7 }
const CHUNK = { fileOffset: 2, metadata: 3, pageIndexes: [4, 5, 6, 7] }
const METADATA = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: [14, 15] }
const SCHEMA_ELEMENT = { name: 4, convertedType: 6, logicalType: 10 }
/**
 * The number of JSON in `ConvertedType`, and in `LogicalType`, where it is a field without content.
 */
const CONVERTED_JSON = 19n
const LOGICAL_JSON = 12

/**
 * Joins Parquet files with the same columns into one, in order, while they arrive. Row groups are
 * copied byte for byte; the new footer has their new offsets. Optional parts of the footer with
 * offsets of their own, page indexes and bloom filters, are dropped.
 *
 * Memory grows by the description of each row group, a few kilobytes.
 *
 * @param files complete files; the first one defines the columns.
 *
 * @param jsonColumn a text column that gets the logical type JSON. The engine writes that type only
 * for its own type JSON, which loses nulls, empty objects and dots in names.
 *
 * @throws Error when there is no file, or one is truncated.
 */
export async function* joinParquetFiles(
  files: AsyncIterable<Uint8Array>,
  jsonColumn: string,
): AsyncIterable<Uint8Array> {
  let first: ThriftStruct | undefined
  let rows = 0n
  let pagesBytes = 0
  const rowGroups: WrittenStruct[] = []
  for await (const file of files) {
    const { pages, footer } = parseFile(file)
    first ??= footer
    rows += numberAt(footer, FILE.rows)
    for (const group of structsAt(footer, FILE.rowGroups)) {
      const written = writeThrift(movedRowGroup(group, BigInt(pagesBytes)))
      rowGroups.push({ type: THRIFT.struct, written })
    }
    yield pagesBytes === 0 ? Buffer.concat([MAGIC, pages]) : pages
    pagesBytes += pages.length
  }
  if (first === undefined) throw new Error('no Parquet file to begin with')
  yield tailOf(
    withFields(withJsonColumn(first, jsonColumn), [
      [FILE.rows, { type: THRIFT.i64, number: rows }],
      [FILE.rowGroups, { type: THRIFT.list, itemType: THRIFT.struct, items: rowGroups }],
    ]),
  )
}

function parseFile(file: Uint8Array): { readonly pages: Buffer; readonly footer: ThriftStruct } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const tail = bytes.length - TAIL_BYTES
  const isWhole = tail >= MAGIC.length && bytes.subarray(-MAGIC.length).equals(MAGIC)
  const start = isWhole ? tail - bytes.readUInt32LE(tail) : 0
  if (start < MAGIC.length) throw new Error('a Parquet file is truncated')
  return {
    pages: bytes.subarray(MAGIC.length, start),
    footer: readThrift(bytes.subarray(start, tail)),
  }
}

function tailOf(footer: ThriftStruct): Buffer {
  const bytes = writeThrift(footer)
  const length = Buffer.alloc(TAIL_BYTES - MAGIC.length)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([bytes, length, MAGIC])
}

/** Drops the ordinal, which is optional and ends at 32,767. */
function movedRowGroup(group: ThriftStruct, byBytes: bigint): ThriftStruct {
  const columns = structsAt(group, ROW_GROUP.columns).map((chunk) => movedChunk(chunk, byBytes))
  const items = { type: THRIFT.list, itemType: THRIFT.struct, items: columns } as const
  return moved(
    withoutFields(withFields(group, [[ROW_GROUP.columns, items]]), [ROW_GROUP.ordinal]),
    [ROW_GROUP.fileOffset],
    byBytes,
  )
}

function movedChunk(chunk: ThriftStruct, byBytes: bigint): ThriftStruct {
  const { dataPage, indexPage, dictionaryPage, bloomFilter } = METADATA
  const metadata = withoutFields(structAt(chunk, CHUNK.metadata), bloomFilter)
  const places = [dataPage, indexPage, dictionaryPage]
  return moved(
    withFields(withoutFields(chunk, CHUNK.pageIndexes), [
      [CHUNK.metadata, moved(metadata, places, byBytes)],
    ]),
    [CHUNK.fileOffset],
    byBytes,
  )
}

/** Shifts the offsets of a struct, where present, by a number of bytes. 0 is not an offset. */
function moved(struct: ThriftStruct, places: readonly number[], byBytes: bigint): ThriftStruct {
  const isThere = (id: number) => struct.fields.has(id) && numberAt(struct, id) > 0n
  return withFields(
    struct,
    places
      .filter(isThere)
      .map((id) => [id, { type: THRIFT.i64, number: numberAt(struct, id) + byBytes }]),
  )
}

function withJsonColumn(footer: ThriftStruct, column: string): ThriftStruct {
  const name = Buffer.from(column)
  const json = withFields({ type: THRIFT.struct, fields: new Map() }, [
    [LOGICAL_JSON, { type: THRIFT.struct, fields: new Map() }],
  ])
  const items = structsAt(footer, FILE.schema).map((element) => {
    const named = element.fields.get(SCHEMA_ELEMENT.name)
    if (named?.type !== THRIFT.binary || !named.bytes.equals(name)) return element
    return withFields(element, [
      [SCHEMA_ELEMENT.convertedType, { type: THRIFT.i32, number: CONVERTED_JSON }],
      [SCHEMA_ELEMENT.logicalType, json],
    ])
  })
  return withFields(footer, [[FILE.schema, { type: THRIFT.list, itemType: THRIFT.struct, items }]])
}

function withFields(
  { type, fields }: ThriftStruct,
  replaced: readonly (readonly [number, ThriftValue])[],
): ThriftStruct {
  return { type, fields: new Map([...fields, ...replaced]) }
}

function withoutFields({ type, fields }: ThriftStruct, ids: readonly number[]): ThriftStruct {
  return { type, fields: new Map([...fields].filter(([id]) => !ids.includes(id))) }
}

function numberAt({ fields }: ThriftStruct, id: number): bigint {
  const value = fields.get(id)
  if (value === undefined || !('number' in value)) throw unreadable(id)
  return value.number
}

function structAt({ fields }: ThriftStruct, id: number): ThriftStruct {
  return structOf(fields.get(id), id)
}

function structsAt({ fields }: ThriftStruct, id: number): readonly ThriftStruct[] {
  const value = fields.get(id)
  if (value === undefined || !('items' in value)) throw unreadable(id)
  return value.items.map((item) => structOf(item, id))
}

function structOf(value: ThriftValue | undefined, id: number): ThriftStruct {
  if (value === undefined || !('fields' in value)) throw unreadable(id)
  return value
}

function unreadable(id: number): Error {
  return new Error(`field ${id} of a Parquet file's footer is not as the format specifies`)
}
