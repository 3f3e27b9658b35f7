import { open } from 'node:fs/promises'
import { Fault } from '../../core/errors.ts'

/** What a Parquet file begins and ends with (Parquet format, "File format"). */
const MAGIC = 'PAR1'
/** The end of a file: the length of its index in four bytes, then the magic bytes. */
const TAIL_BYTES = 8

/**
 * Checks that a Parquet file was written whole, and syncs it, since the engine does not report
 * every write that fails on a full disk.
 *
 * @throws Fault `store.unavailable` when its end, and so its index, is not there.
 */
export async function checkParquetFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
    const { size } = await file.stat()
    const tail = Buffer.alloc(TAIL_BYTES)
    if (size >= TAIL_BYTES + MAGIC.length) await file.read(tail, 0, TAIL_BYTES, size - TAIL_BYTES)
    const indexBytes = tail.readUInt32LE(0)
    const endsWell = tail.toString('latin1', TAIL_BYTES - MAGIC.length) === MAGIC
    if (endsWell && indexBytes > 0 && indexBytes + TAIL_BYTES + MAGIC.length <= size) return
    throw new Error(`${path} ends after ${size} bytes without its index`)
  } catch (cause) {
    throw new Fault('store.unavailable', {
      detail: 'the file could not be written whole; is the disk full?',
      retryAfterSeconds: UNWRITTEN_RETRY_AFTER_SECONDS,
      cause,
    })
  } finally {
    await file.close()
  }
}

/** What a client is told when the file could not be written, seconds. */
const UNWRITTEN_RETRY_AFTER_SECONDS = 30
