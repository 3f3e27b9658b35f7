import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { unpackTar } from 'modern-tar/fs'
import { ifThere } from '../../core/files.ts'
import { parseTilePath } from '../../ledger/tiles/tile-path.ts'
import { EVENTS_FILE } from '../../ledger/verification/verify-folder.ts'
import { CommandError } from '../command-error.ts'

/** How the name of an archive of events with their proofs ends. */
export const ARCHIVE_ENDING = '.tar'

const FILES: readonly string[] = ['checkpoint', 'policy', EVENTS_FILE]
const TILES = 'tile/'

/**
 * Unpacks an archive into a new folder, which appears when it is complete.
 *
 * @throws CommandError `usage` when the folder has files; as `unpack` does.
 */
export async function unpackEvidence(
  archive: AsyncIterable<Uint8Array>,
  folder: string,
): Promise<void> {
  await requireEmpty(folder)
  const part = `${folder.replace(/\/+$/, '')}.part`
  await rm(part, { recursive: true, force: true })
  try {
    await unpack(archive, part)
    await rename(part, folder)
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    throw error
  }
}

/** Unpacks the file of an archive into a temporary folder while `use` runs. Throws as both do. */
export async function withUnpacked<Result>(
  file: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-evidence-'))
  try {
    await unpack(createReadStream(file), folder)
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Only the files that an export has are accepted, since their names become paths.
 *
 * @throws CommandError `unreadable` for other files; an error for an archive that is damaged or
 * ends early, and that of `archive` itself.
 */
async function unpack(archive: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const filter = (entry: { readonly name: string; readonly type?: string }) => {
    if (entry.type === 'directory') return false
    if (entry.type === 'file' && isExpected(entry.name.replace(/^\.\//, ''))) return true
    throw new CommandError(`unexpected ${JSON.stringify(entry.name)} in the archive`, {
      ending: 'unreadable',
    })
  }
  await pipeline(Readable.from(archive), unpackTar(folder, { strict: true, filter }))
}

function isExpected(name: string): boolean {
  if (FILES.includes(name)) return true
  return name.startsWith(TILES) && parseTilePath(name.slice(TILES.length)) !== undefined
}

async function requireEmpty(folder: string): Promise<void> {
  const names = (await ifThere(readdir(folder))) ?? []
  if (names.length > 0) {
    throw new CommandError(`${folder} is not empty`, { ending: 'usage' })
  }
}
