/**
 * Gives a text column of a Parquet file the logical type JSON. The engine writes that type for
 * columns of its own type JSON alone, which loses nulls, empty objects and dots in names.
 *
 * The type stands only in the file's index, at its end, and both spellings are of the same length:
 * the bytes that declare the column are exchanged as they pass, and everything else stays where it
 * is. They hold NULs next to each other, which no page has around the column's name, since no text
 * of an event holds one. Should an engine declare the column otherwise, it stays a text.
 *
 * @param column an optional column of texts.
 */
export async function* withJsonColumn(
  chunks: AsyncIterable<Uint8Array>,
  column: string,
): AsyncIterable<Uint8Array> {
  const asText = declaration(column, TEXT)
  const asJson = declaration(column, JSON_TEXT)
  let held: Uint8Array = new Uint8Array()
  let isFound = false
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([held, chunk])
    const place = isFound ? -1 : bytes.indexOf(asText)
    if (place >= 0) {
      asJson.copy(bytes, place)
      isFound = true
    }
    // The declaration may go on in the next chunk.
    const end = Math.max(0, bytes.length - asText.length + 1)
    if (end > 0) yield bytes.subarray(0, end)
    held = bytes.subarray(end)
  }
  if (held.length > 0) yield held
}

/** How a type is declared: as `ConvertedType`, and as the field of `LogicalType`. */
interface TextType {
  readonly converted: number
  readonly logical: number
}

const TEXT: TextType = { converted: 0, logical: 1 }
const JSON_TEXT: TextType = { converted: 19, logical: 12 }

const PHYSICAL_BYTE_ARRAY = 6
const REPETITION_OPTIONAL = 1

/** Types of Thrift's compact protocol. */
const I32 = 5
const BINARY = 8
const STRUCT = 12

/**
 * The `SchemaElement` of parquet.thrift as the engine writes it, after the end of the one before
 * it: type, repetition, name, both types. In the compact protocol a field begins with a byte that
 * holds how much its number is above the last one's, and its type.
 */
function declaration(column: string, { converted, logical }: TextType): Buffer {
  const name = Buffer.from(column)
  return Buffer.from([
    0,
    ...[field(1, I32), zigzag(PHYSICAL_BYTE_ARRAY)],
    ...[field(2, I32), zigzag(REPETITION_OPTIONAL)],
    ...[field(1, BINARY), name.length, ...name],
    ...[field(2, I32), zigzag(converted)],
    // A struct of one struct without fields; each ends with a zero, and so does the element.
    ...[field(4, STRUCT), field(logical, STRUCT), 0, 0],
    0,
  ])
}

function field(step: number, type: number): number {
  return (step << 4) | type
}

function zigzag(value: number): number {
  return value << 1
}
