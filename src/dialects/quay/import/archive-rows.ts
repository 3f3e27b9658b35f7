import { createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError, splitJsonValues } from '../../../core/json-values.ts'
import { ImportError } from '../../importer.ts'
import { type ArchiveFile, fileReason } from './archive-file.ts'

/** Longest JSON text of one row, in UTF-16 units. */
const ROW_LENGTH_MAX = 16 * 1024 * 1024
/** Most rows of one batch. */
const BATCH_ROWS_MAX = 1000
/** Characters of the rows of a batch after which it is full. */
const BATCH_LENGTH_MAX = 4 * 1024 * 1024
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/** A row of an archive as it stands there. */
export interface ArchivedRow {
  /** Which row of the file, from 0. */
  readonly index: number
  /** JSON text of an object. */
  readonly text: string
  /** How much of the file was read, in bytes as it lies on the disk. */
  readonly bytesRead: number
}

/**
 * Reads the rows of an archive one after the other, in memory bounded by one of them. A file that a
 * download unpacked already is read too.
 *
 * @throws ImportError that names the file, and the row that could not be read; those before it were
 *   yielded.
 */
export async function* readArchive(file: ArchiveFile): AsyncGenerator<ArchivedRow> {
  const isGzip = await beginsLikeGzip(file)
  const source = createReadStream(file.path)
  let index = 0
  try {
    const text = isGzip ? unpacked(source) : source
    text.setEncoding('utf8')
    for await (const value of splitJsonValues(text, { valueLengthMax: ROW_LENGTH_MAX })) {
      if (value === undefined) continue
      yield { index, text: value.text, bytesRead: source.bytesRead }
      index += 1
    }
  } catch (error) {
    throw archiveError(file, { index, isGzip }, error)
  } finally {
    source.destroy()
  }
}

/** The rows in batches; those before an error make a batch of their own. */
export async function* inBatches(
  rows: AsyncIterable<ArchivedRow>,
): AsyncGenerator<readonly ArchivedRow[]> {
  let batch: ArchivedRow[] = []
  let length = 0
  try {
    for await (const row of rows) {
      batch.push(row)
      length += row.text.length
      if (batch.length === BATCH_ROWS_MAX || length > BATCH_LENGTH_MAX) {
        yield batch
        batch = []
        length = 0
      }
    }
  } catch (error) {
    if (batch.length > 0) yield batch
    throw error
  }
  if (batch.length > 0) yield batch
}

function unpacked(source: ReadStream): Readable {
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  return source.pipe(gunzip)
}

async function beginsLikeGzip(file: ArchiveFile): Promise<boolean> {
  try {
    const handle = await open(file.path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP_MAGIC.length))
      return bytesRead === GZIP_MAGIC.length && buffer.equals(GZIP_MAGIC)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new ImportError(`${file.path}: ${fileReason(error)}`, { cause: error })
  }
}

function archiveError(
  file: ArchiveFile,
  { index, isGzip }: { readonly index: number; readonly isGzip: boolean },
  error: unknown,
): unknown {
  const reason = brokenReason(error, isGzip)
  // Nothing of this file is wrong: whoever took its rows failed, or stopped.
  if (reason === undefined) return error
  if (index === 0 && !isGzip) {
    return new ImportError(`${file.path}: neither gzip nor a JSON array: ${reason}`, {
      cause: error,
    })
  }
  return new ImportError(`${file.path}: row ${index + 1}: ${reason}`, {
    cause: error,
    hint: 'the rows before it are stored; put a whole copy in its place and run the import again',
  })
}

function brokenReason(error: unknown, isGzip: boolean): string | undefined {
  if (error instanceof InputError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR') return 'the file is cut off'
  if (isGzip && code.startsWith('Z_')) return 'the compressed data is damaged'
  return error instanceof Error && 'syscall' in error ? fileReason(error) : undefined
}
