import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeDurably } from '../../core/files.ts'
import { type TileName, tilePath, widthIn } from '../../ledger/tiles/tile-path.ts'
import { TILE_WIDTH } from '../../ledger/tree/tile-shape.ts'
import type { Ask } from './server-client.ts'

/** Most requests for tiles in flight. */
const REQUESTS_MAX = 4

/** The path of the ledger of a server. */
export const OWN_LEDGER_PATH = 'v1/ledger'

/** Downloads tiles of a server to a folder, in the layout of tlog-tiles. */
export interface TileDownload {
  readonly ask: Ask
  readonly folder: string
  /** The path that the tiles are below; by default that of the server's own ledger. */
  readonly ledgerPath?: string
  readonly signal: AbortSignal
  /** Called with the number of tiles in the folder. */
  readonly onTiles: (count: number) => void
}

/** All tiles of a tree of `size` leaves; with `withEntries`, its entry bundles too. */
export function* allTiles(size: number, withEntries: boolean): Iterable<TileName> {
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    yield* tilesOf(level, size)
    if (level === 0 && withEntries) yield* tilesOf('entries', size)
  }
}

/** Writes missing tiles. A file gets its name once it is complete and on disk. */
export async function downloadTiles(
  names: Iterable<TileName>,
  { ask, folder, ledgerPath = OWN_LEDGER_PATH, signal, onTiles }: TileDownload,
): Promise<number> {
  const waiting = names[Symbol.iterator]()
  let count = 0
  const worker = async () => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const path = tilePath(next.value)
      const file = join(folder, 'tile', path)
      if (!existsSync(file)) {
        const answer = await ask({ path: `${ledgerPath}/tile/${path}`, signal })
        await writeWhole(file, new Uint8Array(await answer.arrayBuffer()))
      }
      count += 1
      onTiles(count)
    }
  }
  await Promise.all(Array.from({ length: REQUESTS_MAX }, worker))
  return count
}

/** Writes a file durably, and makes its folder. */
export async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeDurably(file, bytes)
}

function* tilesOf(level: TileName['level'], size: number): Iterable<TileName> {
  for (let index = 0; ; index += 1) {
    const width = widthIn(size, { level, index })
    if (width === 0) return
    yield { level, index, width }
  }
}
