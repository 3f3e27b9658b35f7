import { hash } from 'node:crypto'
import type { TileHash } from '../event-writer.ts'

/** Leaves under a hash of tile level 1, and hashes of a level under one of the next. */
export const TILE_WIDTH = 256
/** Highest tile level: 256^5 leaves are more than 2^40, beyond any ledger of one instance. */
export const TILE_LEVEL_MAX = 5

/** Bytes of a hash. */
export const HASH_BYTES = 32

const TILE_HEIGHT = 8
/** Complete subtrees that a tree can have: one for each bit of a size below 2^53. */
const SUBTREES_MAX = 53
const NODE_PREFIX = 1

/**
 * SHA-256 of `input`, written to `target` at `at`.
 *
 * As a string of one character for each byte: the runtime makes that three times faster than a
 * buffer, and there are two hashes for each event.
 */
export function writeHash(input: Uint8Array, target: Buffer, at: number): void {
  target.write(hash('sha256', input, 'binary'), at, 'latin1')
}

/** The leaf of an event: SHA-256(0x00 ‖ its canonical JSON) (RFC 9162 section 2.1.1). */
export function leafHash(canonical: string): Uint8Array {
  return hash('sha256', `\0${canonical}`, 'buffer')
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 section 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([Buffer.of(NODE_PREFIX), left, right]), 'buffer')
}

const NO_TILES: readonly TileHash[] = []

/**
 * A Merkle tree that only grows, held as the roots of its complete subtrees: at most one for each
 * bit of its size, so a tree of a billion leaves is thirty hashes.
 */
export class GrowingTree {
  /** At 32h: the root of a complete subtree of 2^h leaves, when the size has that bit. */
  readonly #subtrees = Buffer.alloc(SUBTREES_MAX * HASH_BYTES)
  /** What an inner node is the hash of: its prefix, then a left and a right hash. */
  readonly #node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)
  #size = 0

  get size(): number {
    return this.#size
  }

  /**
   * Adds a leaf; answers the tiles that it completes, lowest level first.
   * @param leaves holds the 32 bytes of the leaf at `at`.
   */
  append(leaves: Uint8Array, at = 0): readonly TileHash[] {
    return this.#add(leaves, at, 0)
  }

  /**
   * Adds 256^level leaves at once by the root over them.
   * @throws RangeError when the size is not a multiple of 256^level.
   */
  appendTile(level: number, hash: Uint8Array): void {
    if (this.#size % TILE_WIDTH ** level !== 0) {
      throw new RangeError(`a tile of level ${level} cannot follow ${this.#size} leaves`)
    }
    this.#add(hash, 0, level * TILE_HEIGHT)
  }

  /** The Merkle tree hash over all leaves; of no leaves, the SHA-256 of nothing. */
  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (let height = 0; height < SUBTREES_MAX; height += 1) {
      if (Math.floor(this.#size / 2 ** height) % 2 === 0) continue
      const subtree = Buffer.from(this.#subtree(height))
      root = root === undefined ? subtree : nodeHash(subtree, root)
    }
    return root ?? hash('sha256', '', 'buffer')
  }

  /** Adds a complete subtree of 2^startHeight leaves, joined with each of the same height. */
  #add(hashes: Uint8Array, at: number, startHeight: number): readonly TileHash[] {
    let completed = NO_TILES
    let height = startHeight
    const right = 1 + HASH_BYTES
    for (let index = 0; index < HASH_BYTES; index += 1) {
      this.#node[right + index] = hashes[at + index] ?? 0
    }
    const size = this.#size + 2 ** startHeight
    let subtrees = Math.floor(this.#size / 2 ** startHeight)
    for (; subtrees % 2 === 1; height += 1, subtrees = (subtrees - 1) / 2) {
      this.#subtrees.copy(this.#node, 1, height * HASH_BYTES, (height + 1) * HASH_BYTES)
      writeHash(this.#node, this.#node, right)
      if ((height + 1) % TILE_HEIGHT !== 0) continue
      const level = (height + 1) / TILE_HEIGHT
      const hash = Buffer.from(this.#node.subarray(right))
      completed = [...completed, { level, index: size / TILE_WIDTH ** level - 1, hash }]
    }
    this.#node.copy(this.#subtrees, height * HASH_BYTES, right)
    this.#size = size
    return completed
  }

  #subtree(height: number): Uint8Array {
    return this.#subtrees.subarray(height * HASH_BYTES, (height + 1) * HASH_BYTES)
  }
}
