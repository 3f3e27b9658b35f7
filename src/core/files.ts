import { type FileHandle, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The result of a file operation; undefined when there is no such file. */
export async function ifThere<Result>(operation: Promise<Result>): Promise<Result | undefined> {
  try {
    return await operation
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Only the user that the program runs as may read such a file. */
export const SECRET_MODE = 0o600

/** What a file is to hold, or a function that writes it. */
export type FileContent = string | Uint8Array | ((file: FileHandle) => Promise<void>)

/**
 * Replaces a file. After a crash it holds either all of the old or all of the new content, and once
 * the promise resolves, the new one.
 *
 * @param mode the permissions of the file; absent for those of any new file.
 */
export async function writeDurably(
  path: string,
  content: FileContent,
  mode?: number,
): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'w', mode)
  try {
    // `open` applies its mode only to a new file.
    if (mode !== undefined) await file.chmod(mode)
    if (typeof content === 'function') await content(file)
    else await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
