const LENGTH_BYTES = 2
const ENTRY_BYTES_MAX = 65_535

/**
 * A bundle of entries: each with its length in front, two bytes, big-endian (C2SP tlog-tiles).
 * @throws RangeError for an entry of more than 65,535 bytes, which no event is.
 */
export function entryBundle(entries: readonly string[]): Buffer {
  const pieces: Buffer[] = []
  for (const entry of entries) {
    const bytes = Buffer.from(entry)
    if (bytes.length > ENTRY_BYTES_MAX) throw new RangeError(`an entry of ${bytes.length} bytes`)
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt16BE(bytes.length)
    pieces.push(length, bytes)
  }
  return Buffer.concat(pieces)
}

/** @throws Error for bytes that are cut off. */
export function parseEntryBundle(bundle: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(bundle)
  const entries: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const start = at + LENGTH_BYTES
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : start + bytes.readUInt16BE(at)
    if (end > bytes.length) throw new Error('the bundle is cut off')
    entries.push(bytes.subarray(start, end))
    at = end
  }
  return entries
}
