import { Fault } from '../../core/errors.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { verifySubtreeProof } from '../proof/subtree-proof.ts'
import type { StoredLeaves } from '../tiles/stored-leaves.ts'
import { tilePath, widthIn } from '../tiles/tile-path.ts'
import { TileReader } from '../tiles/tile-reader.ts'
import { CompactTree } from '../tree/compact-tree.ts'
import { TILE_WIDTH } from '../tree/tile-shape.ts'

/** Groups whose leaves are kept: 8 KiB each. */
const GROUPS_KEPT_MAX = 1_024

/** The leaves of groups of 256, each proven to be in the tree of the checkpoint. */
export class GroupProofs {
  readonly #leaves: StoredLeaves
  readonly #checkpoint: Checkpoint
  readonly #tiles: TileReader
  readonly #known = new Map<number, readonly Buffer[]>()

  constructor(leaves: StoredLeaves, checkpoint: Checkpoint) {
    this.#leaves = leaves
    this.#checkpoint = checkpoint
    this.#tiles = new TileReader(leaves, () => [])
  }

  /** Undefined for one in a group that is not in the tree as it is. */
  async leaf(seq: number): Promise<Buffer | undefined> {
    return (await this.#leavesOf(Math.floor(seq / TILE_WIDTH)))[seq % TILE_WIDTH]
  }

  /**
   * Where `leaf` is undefined, the tiles among which a changed one is: the tile of the group, and
   * those on the right edge of the tree unless they give its root.
   */
  async unprovenTiles(seq: number): Promise<string> {
    const { size, rootHash } = this.#checkpoint
    const own = this.#path(0, Math.floor(seq / TILE_WIDTH))
    const edge: string[] = []
    for (let level = 0; size >= TILE_WIDTH ** level; level += 1) {
      const hashes = Math.floor(size / TILE_WIDTH ** level)
      if (hashes % TILE_WIDTH > 0) edge.push(this.#path(level, Math.floor(hashes / TILE_WIDTH)))
    }
    const root = await this.#tiles.subtree({ start: 0, end: size }).catch((error: unknown) => {
      if (error instanceof Fault) return Buffer.of()
      throw error
    })
    const isEdgeWhole = Buffer.from(root).equals(rootHash)
    return [...new Set(isEdgeWhole ? [own] : [own, ...edge])].join(', ')
  }

  #path(level: number, index: number): string {
    const width = widthIn(this.#checkpoint.size, { level, index })
    return `tile/${tilePath({ level, index, width })}`
  }

  async #leavesOf(group: number): Promise<readonly Buffer[]> {
    const known = this.#known.get(group) ?? (await this.#prove(group))
    // Events come in order of time, which is nearly that of their seqs.
    if (this.#known.size >= GROUPS_KEPT_MAX) this.#known.clear()
    this.#known.set(group, known)
    return known
  }

  async #prove(group: number): Promise<readonly Buffer[]> {
    const { size, rootHash } = this.#checkpoint
    const start = group * TILE_WIDTH
    const range = { start, end: Math.min(size, start + TILE_WIDTH) }
    const leaves = (await this.#leaves.rows(range)).flatMap(({ leaf }) => leaf ?? [])
    if (leaves.length < range.end - range.start) return []
    // Made of the leaves that events are compared with: the hash above them proves nothing of them.
    const tree = new CompactTree()
    for (const leaf of leaves) tree.append(leaf)
    const hash = tree.root()
    const proof = await this.#tiles.proof(range, size)
    return verifySubtreeProof({ ...range, hash, proof, size, root: rootHash }) ? leaves : []
  }
}
