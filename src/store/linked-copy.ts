import { copyFile, link, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { runningOwner } from './clickhouse/connection/opening-problem.ts'

/** A copy of the store of a data directory. */
export interface LinkedCopy {
  /** To open a store in. */
  readonly directory: string
  remove(): Promise<void>
}

/**
 * Copies the store of a data directory that no process has open, so that it can be read without
 * changing it: the engine merges and deletes files of every directory that it opens. The files of
 * table parts, which never change, become hard links, if the copy is on the same file system: then
 * it takes no room, and is next to the data directory. Otherwise they are copied.
 *
 * @throws Error when a process has the store open, or the directory has no store.
 */
export async function linkedCopy(dataDirectory: string): Promise<LinkedCopy> {
  const engine = resolve(dataDirectory, 'clickhouse')
  const owner = runningOwner(engine)
  if (owner !== undefined) {
    throw new Error(`${engine} is in use by process ${owner}: verify it through the server`)
  }
  const directory = await makeNextTo(resolve(dataDirectory))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await copyTree(engine, join(directory, 'clickhouse'), (path) =>
      path.startsWith(engine) ? join(directory, 'clickhouse', path.slice(engine.length)) : path,
    )
    return { directory, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function makeNextTo(dataDirectory: string): Promise<string> {
  try {
    return await mkdtemp(`${dataDirectory}.verifying-`)
  } catch {
    return await mkdtemp(join(tmpdir(), `${basename(dataDirectory)}.verifying-`))
  }
}

/** A file in each folder of a table part. */
const PART_FILE = 'checksums.txt'
/** The process that has the directory open, and the lock on it. */
const STATUS_FILE = 'status'

/** @param target of a symbolic link, in the copy. */
async function copyTree(from: string, to: string, target: (path: string) => string): Promise<void> {
  await mkdir(to)
  const entries = await readdir(from, { withFileTypes: true })
  const isPart = entries.some(({ name }) => name === PART_FILE)
  for (const entry of entries) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) await copyTree(source, copy, target)
    else if (entry.isSymbolicLink()) await symlink(target(await readlink(source)), copy)
    else if (!entry.isFile() || entry.name === STATUS_FILE) continue
    else if (isPart) await link(source, copy).catch(() => copyFile(source, copy))
    else await copyFile(source, copy)
  }
}
