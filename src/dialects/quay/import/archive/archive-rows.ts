import { type ArchiveFile, fileReason } from './archive-file.ts'
import { ArchiveSplitter } from './archive-splitter.ts'
import { textOf } from './gzip-text.ts'

/** Longest JSON text of one row, in UTF-16 units. */
const ROW_LENGTH_MAX = 16 * 1024 * 1024
/** Most rows of one batch. */
const BATCH_ROWS_MAX = 1000
/** Characters of rows after which a batch is full. */
const BATCH_LENGTH_MAX = 4 * 1024 * 1024
/** Characters that are kept of an unterminated row. */
const REST_LENGTH_MAX = 8192

/** A row of an archive, unparsed. */
export interface ArchivedRow {
  /** Index of the row in the file, from 0. */
  readonly index: number
  /** JSON text of an object, unless there is a problem. */
  readonly text: string
  /** Why it is not a row. */
  readonly problem?: string
  /** How much of the file was read, in bytes on disk. */
  readonly bytesRead: number
}

/** An archive that cannot be read completely. */
export class ArchiveDamage extends Error {
  /** Rows before the damage. */
  readonly rows: number
  /** The beginning of the damaged row. */
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
 * Reads the rows of an archive one at a time, in memory bounded by one row. Files that a download
 * has unpacked are read too.
 *
 * @throws ArchiveDamage after the readable rows were yielded.
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
    if (parts === undefined) throw damage('not an archive: neither gzip nor a JSON array')
    for (const part of parts) {
      yield { index, ...part, bytesRead }
      index += 1
    }
  }
  if (!splitter.isArchive) throw damage('not an archive: the file is empty')
  if (splitter.isOpen) throw damage('the file is truncated')
  const { rest: text } = splitter
  if (text !== '') yield { index, text, problem: 'it is after the last row', bytesRead: 0 }
}

/** The rows in batches; those before an error form a batch. */
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
