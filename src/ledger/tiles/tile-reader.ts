import { Fault } from '../../core/errors.ts'
import type { TileHash } from '../event-writer.ts'
import {
  joinNodes,
  type LeafRange,
  nodesOf,
  proofRanges,
  type TreeNode,
} from '../proof/subtree-proof.ts'
import { hashOver } from '../tree/merkle-tree.ts'
import { TILE_HEIGHT, TILE_WIDTH } from '../tree/tile-shape.ts'
import { entryBundle } from './entry-bundle.ts'
import type { StoredLeaves } from './stored-leaves.ts'
import { type TileName, tilePath } from './tile-path.ts'
import { TileWindows, WINDOW_WIDTH } from './tile-windows.ts'

/** Complete hashes that were not saved yet, by level and range of indexes. */
export type UnsavedTiles = (level: number, range: LeafRange) => readonly TileHash[]

/**
 * Makes tiles, bundles and proofs from what is stored. The leaf hashes are those of the stored
 * rows, so that a change of a row shows; the hashes above them are those that were saved.
 */
export class TileReader {
  readonly #leaves: StoredLeaves
  readonly #unsaved: UnsavedTiles
  readonly #size: () => number
  readonly #leafWindows = new TileWindows<Uint8Array>()

  /** @param size how many events the store has: what is before them is read ahead. */
  constructor(leaves: StoredLeaves, unsaved: UnsavedTiles, size: () => number = () => 0) {
    this.#leaves = leaves
    this.#unsaved = unsaved
    this.#size = size
  }

  /** The bytes of a tile or a bundle; undefined when a hash in it is missing. */
  async read({ level, index, width }: TileName): Promise<Buffer | undefined> {
    const range = { start: index * TILE_WIDTH, end: index * TILE_WIDTH + width }
    if (level === 'entries') return entryBundle(await this.#leaves.entries(range))
    const hashes = await this.#hashes(level, range)
    return hashes === undefined ? undefined : Buffer.concat(hashes)
  }

  /**
   * The hashes that prove that a subtree is part of the tree of `size` leaves.
   * @throws RangeError for a range that is not a subtree; Fault `store.damaged` for a missing hash.
   */
  async proof(range: LeafRange, size: number): Promise<readonly Uint8Array[]> {
    return await this.#rangeHashes(proofRanges(range, size))
  }

  /** The hash over a subtree, or over a beginning of the ledger. Throws as `proof` does. */
  async subtree(range: LeafRange): Promise<Uint8Array> {
    return (await this.#rangeHashes([range]))[0] ?? joinNodes([])
  }

  /** Each tile is read once, however many of its hashes are asked for. */
  async #rangeHashes(ranges: readonly LeafRange[]): Promise<readonly Uint8Array[]> {
    const spans = new Map<string, Span>()
    for (const node of ranges.flatMap(nodesOf)) widen(spans, spanOf(node))
    const tiles = new Map<string, Tile>()
    await Promise.all(
      [...spans].map(async ([key, span]) => {
        const hashes = await this.#hashes(span.level, span)
        if (hashes === undefined) {
          throw new Fault('store.damaged', { detail: `hashes of the tile ${key} are missing` })
        }
        tiles.set(key, { ...span, hashes })
      }),
    )
    return ranges.map((range) => joinNodes(nodesOf(range).map((node) => nodeHashOf(node, tiles))))
  }

  async #hashes(level: number, range: LeafRange): Promise<readonly Uint8Array[] | undefined> {
    if (level > 0) return await this.#saved(level, range)
    const window = Math.floor(range.start / WINDOW_WIDTH)
    const start = window * WINDOW_WIDTH
    const end = start + WINDOW_WIDTH
    if (end > this.#size()) return await this.#leaves.hashes(range)
    const read = () => this.#leaves.hashes({ start, end })
    const hashes = await this.#leafWindows.get(window, read)
    return hashes.slice(range.start - start, range.end - start)
  }

  async #saved(level: number, range: LeafRange): Promise<readonly Uint8Array[] | undefined> {
    const hashes = new Map<number, Uint8Array>()
    for (const { index, hash } of await this.#leaves.tileHashes(level, range))
      hashes.set(index, hash)
    for (const { index, hash } of this.#unsaved(level, range)) hashes.set(index, hash)
    const found: Uint8Array[] = []
    for (let index = range.start; index < range.end; index += 1) {
      const hash = hashes.get(index)
      if (hash === undefined) return undefined
      found.push(hash)
    }
    return found
  }
}

/** Hashes of one level that lie in one tile. */
interface Span extends LeafRange {
  readonly level: number
}

interface Tile extends Span {
  readonly hashes: readonly Uint8Array[]
}

/** The hashes of its tile that a node is the tree over. */
function spanOf({ height, index }: TreeNode): Span {
  const width = 2 ** (height % TILE_HEIGHT)
  return { level: Math.floor(height / TILE_HEIGHT), start: index * width, end: (index + 1) * width }
}

function keyOf({ level, start }: Span): string {
  return tilePath({ level, index: Math.floor(start / TILE_WIDTH), width: TILE_WIDTH })
}

function widen(spans: Map<string, Span>, span: Span): void {
  const known = spans.get(keyOf(span)) ?? span
  const start = Math.min(known.start, span.start)
  spans.set(keyOf(span), { ...span, start, end: Math.max(known.end, span.end) })
}

function nodeHashOf(node: TreeNode, tiles: ReadonlyMap<string, Tile>): Uint8Array {
  const span = spanOf(node)
  const { start = 0, hashes = [] } = tiles.get(keyOf(span)) ?? {}
  return hashOver(Buffer.concat(hashes.slice(span.start - start, span.end - start)))
}
