import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The first program of that name on the PATH; undefined without one. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':')
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
