import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the user that Waybill runs as may look into its data. */
const DIRECTORY_MODE = 0o700

/**
 * Makes a directory and those above it that are missing. Node's own `recursive` never returns where
 * the file system refuses a new directory by saying that its parent is missing, as /proc does.
 */
export async function makeDirectory(path: string): Promise<void> {
  const parent = dirname(path)
  if (!existsSync(parent)) await makeDirectory(parent)
  try {
    await mkdir(path, DIRECTORY_MODE)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
