import { open, readFile, rename, stat } from 'node:fs/promises'

/**
 * Whether a data directory is the one that it was made as, or a copy: a backup that was restored, a
 * volume that was cloned. A copy that went on would sign a second history next to the first.
 *
 * The file holds its own inode number, which no copy of it has. Moving the directory within one
 * file system keeps it.
 */
export type Holder = 'own' | 'copy' | 'missing'

/** Reads the file; see `Holder`. */
export async function readHolder(path: string): Promise<Holder> {
  try {
    const text = await readFile(path, 'utf8')
    const { ino } = await stat(path, { bigint: true })
    return text.trim() === String(ino) ? 'own' : 'copy'
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'missing'
    throw error
  }
}

/** Writes the file anew: from now on the directory is the one that signs. */
export async function writeHolder(path: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    const { ino } = await file.stat({ bigint: true })
    await file.writeFile(`${ino}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
