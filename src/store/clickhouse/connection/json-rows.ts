/**
 * Reads rows in the engine's JSONCompactEachRow format: one JSON array on each line.
 *
 * A line break never occurs inside a row, so the lines become one JSON text and are parsed at
 * once, which is faster than one by one. The shape of a row is what the SELECT list says.
 */
export function parseRows<Row extends readonly unknown[]>(lines: string): readonly Row[] {
  const trimmed = lines.endsWith('\n') ? lines.slice(0, -1) : lines
  const rows: readonly Row[] = JSON.parse(`[${trimmed.replaceAll('\n', ',')}]`)
  return rows
}

const LINE_FEED = 0x0a

/** Cuts a stream of bytes behind line breaks, so that each piece of text holds whole lines. */
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
