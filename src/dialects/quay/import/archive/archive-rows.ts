import { type ArchiveFile, fileReason } from './archive-file.ts'
import { ArchiveSplitter } from './archive-splitter.ts'
import { textOf } from './gzip-text.ts'

/** Longest JSON text of one row, in UTF-16 units. */
const ROW_LENGTH_MAX = 16 * 1024 * 1024
/** Most rows of one batch. */
const BATCH_ROWS_MAX = 1000
/** Characters of the rows of a batch after which it is full. */
const BATCH_LENGTH_MAX = 4 * 1024 * 1024
/** Characters of a row that does not end which are kept. */
const REST_LENGTH_MAX = 8192

/** A row of an archive as it stands there. */
export interface ArchivedRow {
  /** Which row of the file, from 0. */
  readonly index: number
  /** JSON text of an object, unless there is a problem. */
  readonly text: string
  /** Why it is no row. */
  readonly problem?: string
  /** How much of the file was read, in bytes as it lies on the disk. */
  readonly bytesRead: number
}

/** An archive that cannot be read to its end. */
export class ArchiveDamage extends Error {
  /** Rows before the damage. */
  readonly rows: number
  /** The beginning of the row that is damaged. */
  readonly rest: string

  /** @param reason one line for people, without the file's name. */
  constructor(reason: string, found: { readonly rows: number; readonly rest: string }) {
    super(reason)
    this.name = 'ArchiveDamage'
    this.rows = found.rows
    this.rest = found.rest.slice(0, REST_LENGTH_MAX)
  }
}

/**
 * Reads the rows of an archive one after the other, in memory bounded by one of them. A file that a
 * download unpacked already is read too.
 *
 * @throws ArchiveDamage after the rows that could be read were given out.
 */
export async function* readArchive(file: ArchiveFile): AsyncGenerator<ArchivedRow> {
  const splitter = new ArchiveSplitter(ROW_LENGTH_MAX)
  let index = 0
  const damage = (reason: string) => new ArchiveDamage(reason, { rows: index, rest: splitter.rest })
  const pieces = textOf(file.path)
  for (;;) {
    let piece: Awaited<ReturnType<typeof pieces.next>>
    try {
      piece = await pieces.next()
    } catch (error) {
      throw damage(reasonOf(error))
    }
    if (piece.done) break
    const { text, bytesRead } = piece.value
    const parts = splitter.push(text)
    if (parts === undefined) throw damage('it is not an archive: neither gzip nor a JSON array')
    for (const part of parts) {
      yield { index, ...part, bytesRead }
      index += 1
    }
  }
  if (!splitter.isArchive) throw damage('it is not an archive: it is empty')
  if (splitter.isOpen) throw damage('the file is cut off')
  const { rest: text } = splitter
  if (text !== '') yield { index, text, problem: 'it stands behind the last row', bytesRead: 0 }
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

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('Z_') ? 'its compressed data is damaged' : fileReason(error)
}
