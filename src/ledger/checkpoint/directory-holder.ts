import { readFile, stat } from 'node:fs/promises'
import { ifThere, SECRET_MODE, writeDurably } from '../../core/files.ts'

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
  const text = await ifThere(readFile(path, 'utf8'))
  if (text === undefined) return 'missing'
  const { ino } = await stat(path, { bigint: true })
  return text.trim() === String(ino) ? 'own' : 'copy'
}

/** Writes the file anew: from now on the directory is the one that signs. */
export async function writeHolder(path: string): Promise<void> {
  await writeDurably(
    path,
    async (file) => {
      const { ino } = await file.stat({ bigint: true })
      await file.writeFile(`${ino}\n`)
    },
    SECRET_MODE,
  )
}
