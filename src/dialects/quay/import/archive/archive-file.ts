import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { ImportError } from '../../../collecting/importer.ts'
import { LOG_TABLES, type LogTable } from '../log-row.ts'

/** A file that Quay's log rotation wrote. */
export interface ArchiveFile {
  readonly path: string
  /** Its name without the folder. */
  readonly name: string
  readonly bytes: number
  /** Its contents according to its name; undefined for a renamed file. */
  readonly holds:
    | { readonly table: LogTable; readonly firstId: number; readonly lastId: number }
    | undefined
}

/** `<first id>-<last id>-logentry3.txt.gz`. */
const ROTATED = /^(\d{1,15})-(\d{1,15})-(logentry[23]?)(?:\.|$)/

/**
 * The archives in the order of their contents; files with unknown contents come last.
 *
 * @throws ImportError that names a file that cannot be read.
 */
export async function findArchives(paths: readonly string[]): Promise<readonly ArchiveFile[]> {
  const files = await Promise.all([...new Set(paths)].map(describe))
  const rank = ({ holds }: ArchiveFile) =>
    holds === undefined ? LOG_TABLES.length : LOG_TABLES.indexOf(holds.table)
  return files.sort(
    (left, right) =>
      rank(left) - rank(right) ||
      (left.holds?.firstId ?? 0) - (right.holds?.firstId ?? 0) ||
      (left.name < right.name ? -1 : 1),
  )
}

/** Equal for the same files with the same sizes and the same `selection`. */
export function archivesHash(files: readonly ArchiveFile[], selection: string): string {
  const list = files.map(({ name, bytes }) => `${name} ${bytes}`)
  return createHash('sha256')
    .update([selection, ...list].join('\n'))
    .digest('hex')
}

async function describe(path: string): Promise<ArchiveFile> {
  const name = basename(path)
  const bytes = await sizeOf(path)
  const [, first, last, table] = ROTATED.exec(name) ?? []
  const known = LOG_TABLES.find((candidate) => candidate === table)
  const holds =
    known === undefined ? undefined : { table: known, firstId: Number(first), lastId: Number(last) }
  return { path, name, bytes, holds }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path)
    if (found.isFile()) return found.size
  } catch (error) {
    throw new ImportError(`${path}: ${fileReason(error)}`, { cause: error })
  }
  throw new ImportError(`${path}: not a file`)
}

/** Why a file cannot be read, as a phrase. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EACCES') return 'permission denied'
  return error instanceof Error ? error.message : String(error)
}
