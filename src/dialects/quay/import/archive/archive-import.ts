import type { ImportRequest } from '../../../collecting/importer.ts'
import type { EventFeed } from '../event-feed.ts'
import type { ImportPosition } from '../import-position.ts'
import { findKnownRows, type KnownRows } from '../known-rows.ts'
import type { LogRow } from '../log-row.ts'
import { type DeadRow, deadRow, eventOfRow } from '../row-event.ts'
import type { NameSource } from '../row-names.ts'
import { readRowTime } from '../row-time.ts'
import { type ArchiveFile, archivesHash, findArchives } from './archive-file.ts'
import { readArchivedRow } from './archive-row.ts'
import { ArchiveDamage, type ArchivedRow, inBatches, readArchive } from './archive-rows.ts'
import { ArchivedRowNames } from './archived-row-names.ts'
import { damageEvent } from './damage-event.ts'

/** What the import of archives needs. */
export interface ArchiveImportOptions {
  readonly request: ImportRequest
  readonly names: NameSource
  readonly feed: EventFeed
  readonly saved: ImportPosition
  readonly warn: (message: string) => void
}

/**
 * Reads archives in the order of their contents, from the saved position if that is for the same
 * files. For a damaged file, the rows before the damage are stored, with an event that reports it;
 * the import continues with the next file. The position stays at the first damaged file.
 */
export async function importArchives(options: ArchiveImportOptions): Promise<void> {
  const { request, feed, saved } = options
  const files = await findArchives(request.archives)
  const hash = archivesHash(files, `${request.fromMicros} ${request.toMicros}`)
  const bytesInAll = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const before = saved.archive?.files === hash ? saved.archive : { files: hash, done: 0, rows: 0 }
  let position = { ...saved, archive: before }
  let isWhole = true
  let bytesBefore = 0
  const reach = (done: number, rows: number) => {
    if (isWhole) position = { ...saved, archive: { files: hash, done, rows } }
  }
  try {
    for (const [index, file] of files.entries()) {
      if (index >= before.done) {
        const shareAt = (bytes: number) => Math.min((bytesBefore + bytes) / bytesInAll, 1)
        const fromRow = index === before.done ? before.rows : 0
        try {
          for await (const rows of importFile(file, { ...options, fromRow, shareAt })) {
            reach(index, rows)
            await feed.reached(position)
          }
          reach(index + 1, 0)
        } catch (error) {
          if (!(error instanceof ArchiveDamage)) throw error
          isWhole = false
          await feed.appendDamage(damageEvent(file, error, request), file.name)
        }
      }
      bytesBefore += file.bytes
    }
  } finally {
    // Also after an early end, since everything before is stored.
    await feed.save(position)
  }
}

interface FileOptions extends ArchiveImportOptions {
  /** Rows of the file that an earlier run stored. */
  readonly fromRow: number
  readonly shareAt: (bytes: number) => number
}

/** Stores the rows of one file, and yields the number of rows done after each batch. */
async function* importFile(file: ArchiveFile, options: FileOptions): AsyncGenerator<number> {
  const known = await findKnownRows(file, options.saved, options.warn)
  const rowNames = new ArchivedRowNames(file)
  for await (const batch of inBatches(readArchive(file))) {
    const last = batch.at(-1)
    if (last === undefined) continue
    const read = batch.map((row) => ({ row, archived: readRow(row, rowNames) }))
    const later = read.filter(({ row }) => row.index >= options.fromRow)
    const wanted = later.filter(({ row, archived }) => isWanted(row, archived, { known, options }))
    options.feed.skip(later.length - wanted.length)
    await append(
      wanted.map(({ archived }) => archived),
      { file, bytesRead: last.bytesRead, options },
    )
    yield Math.max(last.index + 1, options.fromRow)
  }
}

type Archived = LogRow | DeadRow

/** Every row is read, even a stored one, because it may be the first of two equal rows. */
function readRow({ text, problem }: ArchivedRow, rowNames: ArchivedRowNames): Archived {
  const read = problem === undefined ? readArchivedRow(text) : undefined
  if (read !== undefined) return { eventId: rowNames.nextOf(read.identity), ...read.content }
  const reason = problem ?? 'not a log row'
  return { eventId: rowNames.nextOf(text), text, reason }
}

function isWanted(
  { index }: ArchivedRow,
  row: Archived,
  { known, options }: { readonly known: KnownRows; readonly options: FileOptions },
): boolean {
  if (isDead(row)) return true
  const micros = readRowTime(row.datetime)
  if (known(index, micros)) return false
  const { fromMicros = Number.NEGATIVE_INFINITY, toMicros = Number.POSITIVE_INFINITY } =
    options.request
  return micros === undefined || (micros >= fromMicros && micros < toMicros)
}

interface AppendOptions {
  readonly file: ArchiveFile
  readonly bytesRead: number
  readonly options: FileOptions
}

async function append(
  rows: readonly Archived[],
  { file, bytesRead, options }: AppendOptions,
): Promise<void> {
  const { request, names, feed, shareAt } = options
  const origin = { sourceName: request.name, tenant: request.tenant }
  const rowNames = await names.namesOf(rows.flatMap((row) => (isDead(row) ? [] : row)))
  const events = rows.map((row) =>
    isDead(row) ? deadRow(row, origin) : eventOfRow(row, rowNames, origin),
  )
  await feed.append(events, { at: file.name, share: shareAt(bytesRead) })
}

function isDead(row: Archived): row is DeadRow {
  return 'text' in row
}
