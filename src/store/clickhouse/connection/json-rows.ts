/**
 * Parses rows in the engine's JSONCompactEachRow format: one JSON array on each line.
 *
 * Rows contain no line breaks, so all lines can be parsed as one JSON text, which is faster than
 * parsing each. The SELECT list determines the shape of a row.
 */
export function parseRows<Row extends readonly unknown[]>(lines: string): readonly Row[] {
  const trimmed = lines.endsWith('\n') ? lines.slice(0, -1) : lines
  const rows: readonly Row[] = JSON.parse(`[${trimmed.replaceAll('\n', ',')}]`)
  return rows
}

const LINE_FEED = 0x0a

/** Splits a stream of bytes at line breaks, so that each piece of text consists of whole lines. */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    if (end === 0) {
      rest = Buffer.concat([rest, bytes])
      continue
    }
    const lines = bytes.subarray(0, end)
    yield (rest.length > 0 ? Buffer.concat([rest, lines]) : lines).toString()
    rest = Buffer.from(bytes.subarray(end))
  }
  if (rest.length > 0) yield rest.toString()
}
