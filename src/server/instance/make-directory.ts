import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the user that Waybill runs as may access its data. */
const DIRECTORY_MODE = 0o700

/**
 * Creates a directory and its missing parents. Node's own `recursive` never returns where the file
 * system reports a missing parent for a refused directory, as /proc does.
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
