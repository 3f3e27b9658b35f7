import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifThere } from '../../core/files.ts'
import type { TileHash } from '../event-writer.ts'
import type { LeafRange } from '../proof/subtree-proof.ts'
import { parseEntryBundle } from '../tiles/entry-bundle.ts'
import type { LeafRow, StoredLeaves } from '../tiles/stored-leaves.ts'
import { tilePath, widthIn } from '../tiles/tile-path.ts'
import { leafHash } from '../tree/merkle-tree.ts'
import { HASH_BYTES, TILE_WIDTH } from '../tree/tile-shape.ts'

/**
 * The tiles of a ledger in a folder, as `waybill ledger mirror` and exports with proofs write them.
 *
 * @param size of the checkpoint in the folder: it says how wide the last tiles are.
 */
export function folderLeaves(folder: string, size: number): StoredLeaves {
  let latest: { readonly path: string; readonly bytes: Promise<Buffer | undefined> } | undefined
  const tileOf = (level: number, index: number) => {
    const width = widthIn(size, { level, index })
    const path = tilePath({ level, index, width })
    if (latest?.path !== path) latest = { path, bytes: readTile(path, width) }
    return latest.bytes
  }
  const readTile = async (path: string, width: number) => {
    const bytes = await ifThere(readFile(join(folder, 'tile', path)))
    if (bytes === undefined || bytes.length === width * HASH_BYTES) return bytes
    throw new Error(`tile/${path} has ${bytes.length} bytes, not those of ${width} hashes`)
  }
  const hashesOf = async (level: number, { start, end }: LeafRange) => {
    const found: TileHash[] = []
    for (let index = start; index < end; index += 1) {
      const tile = await tileOf(level, Math.floor(index / TILE_WIDTH))
      const at = (index % TILE_WIDTH) * HASH_BYTES
      const hash = tile?.subarray(at, at + HASH_BYTES)
      if (hash?.length === HASH_BYTES) found.push({ level, index, hash })
    }
    return found
  }
  return {
    async rows(range) {
      const hashes = await hashesOf(0, range)
      return hashes.map(({ index, hash }): LeafRow => ({ seq: index, leaf: Buffer.from(hash) }))
    },
    hashes: async (range) => {
      const found = new Map((await hashesOf(0, range)).map(({ index, hash }) => [index, hash]))
      const places = Array.from({ length: range.end - range.start }, (_, at) => range.start + at)
      return places.map((seq) => found.get(seq) ?? leafHash(''))
    },
    async entries({ start, end }) {
      const index = Math.floor(start / TILE_WIDTH)
      const width = widthIn(size, { level: 'entries', index })
      const path = tilePath({ level: 'entries', index, width })
      const bundle = await ifThere(readFile(join(folder, 'tile', path)))
      const entries = bundle === undefined ? [] : entriesIn(bundle, { path, width })
      return entries.slice(start % TILE_WIDTH, (start % TILE_WIDTH) + end - start)
    },
    tileHashes: hashesOf,
  }
}

/** @throws Error for a bundle that is cut off, or that has more entries than the ledger. */
function entriesIn(
  bundle: Buffer,
  { path, width }: { readonly path: string; readonly width: number },
): readonly string[] {
  let entries: readonly Buffer[]
  try {
    entries = parseEntryBundle(bundle)
  } catch (error) {
    throw new Error(`tile/${path} is cut off`, { cause: error })
  }
  if (entries.length > width) throw new Error(`tile/${path} has more than ${width} entries`)
  return entries.map(textOf)
}

/** Bytes that are not UTF-8 are no event: they become the empty entry, which none is. */
function textOf(entry: Buffer): string {
  const text = entry.toString()
  return Buffer.from(text).equals(entry) ? text : ''
}
