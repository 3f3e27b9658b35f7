import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import type { Measurement } from './row.ts'

/**
 * Keeps figures in a file beside those of earlier parts of a run. A line that is measured again
 * replaces the one of before. Resolves with all of them, in the order in which they first came.
 */
export async function addFigures(
  path: string,
  added: readonly Measurement[],
): Promise<readonly Measurement[]> {
  const known: readonly Measurement[] = existsSync(path)
    ? JSON.parse(await readFile(path, 'utf8'))
    : []
  const all = merge(known, added)
  await writeFile(path, JSON.stringify(all))
  return all
}

function merge(known: readonly Measurement[], added: readonly Measurement[]): Measurement[] {
  const lines = new Map<string, Measurement>()
  for (const line of [...known, ...added]) lines.set(`${line.events ?? ''} ${line.name}`, line)
  return [...lines.values()]
}
