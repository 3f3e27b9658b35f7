import { hash } from 'node:crypto'
import type { TileHash, TreeHead } from '../event-writer.ts'
import { groupSums } from './group-sums.ts'
import { HASH_BYTES, TILE_HEIGHT, TILE_WIDTH } from './tile-shape.ts'

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

/** The hash over a power of two of hashes, which are one behind the other. */
export function hashOver(hashes: Uint8Array): Uint8Array {
  const row = Buffer.from(hashes)
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)
  for (let bytes = row.length; bytes > HASH_BYTES; bytes /= 2) {
    for (let at = 0; at < bytes; at += 2 * HASH_BYTES) {
      row.copy(node, 1, at, at + 2 * HASH_BYTES)
      writeHash(node, row, at / 2)
    }
  }
  return Buffer.from(row.subarray(0, HASH_BYTES))
}

/** The hash of a tree without leaves: SHA-256 of nothing (RFC 9162 section 2.1.1). */
export function emptyRoot(): Uint8Array {
  return hash('sha256', '', 'buffer')
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
  /** The leaves of the group that grows; of one that is complete until the next leaf comes. */
  readonly #lastLeaves = Buffer.alloc(TILE_WIDTH * HASH_BYTES)
  #size = 0

  get size(): number {
    return this.#size
  }

  /**
   * Adds a leaf; answers the tiles that it completes, lowest level first.
   * @param leaves holds the 32 bytes of the leaf at `at`.
   */
  append(leaves: Uint8Array, at = 0): readonly TileHash[] {
    const place = (this.#size % TILE_WIDTH) * HASH_BYTES
    for (let index = 0; index < HASH_BYTES; index += 1) {
      this.#lastLeaves[place + index] = leaves[at + index] ?? 0
    }
    return this.#add(leaves, at, 0)
  }

  /** The leaves behind the last whole group of 256, one behind the other. */
  lastLeaves(): Uint8Array {
    const bytes = (this.#size % TILE_WIDTH) * HASH_BYTES
    return Buffer.from(this.#lastLeaves.subarray(0, bytes))
  }

  /**
   * Adds 256^level leaves at once by the root over them; answers the tiles that it completes.
   * @throws RangeError when the size is not a multiple of 256^level.
   */
  appendTile(level: number, hash: Uint8Array): readonly TileHash[] {
    if (this.#size % TILE_WIDTH ** level !== 0) {
      throw new RangeError(`a tile of level ${level} cannot follow ${this.#size} leaves`)
    }
    return this.#add(hash, 0, level * TILE_HEIGHT)
  }

  /** The Merkle tree hash over all leaves. */
  root(): Uint8Array {
    return rootOf(this.#size, this.#subtrees)
  }

  /** The tree as it is now, to be asked for its root when it has grown. */
  frozen(): FrozenTree {
    return new FrozenTree(this.#size, Buffer.from(this.#subtrees.subarray(0, this.#used())))
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
      const tile = { level, index: size / TILE_WIDTH ** level - 1, hash }
      const isOfLeaves = level === 1 && startHeight === 0
      completed = [...completed, isOfLeaves ? { ...tile, sums: groupSums(this.#lastLeaves) } : tile]
    }
    this.#node.copy(this.#subtrees, height * HASH_BYTES, right)
    this.#size = size
    return completed
  }

  /** Bytes up to the subtree of the greatest height. */
  #used(): number {
    return this.#size === 0 ? 0 : (Math.floor(Math.log2(this.#size)) + 1) * HASH_BYTES
  }
}

/** A tree as it was at one size. */
export class FrozenTree {
  readonly size: number
  readonly #subtrees: Buffer
  #root: Uint8Array | undefined

  constructor(size: number, subtrees: Buffer) {
    this.size = size
    this.#subtrees = subtrees
  }

  /** Its size and its root, which is worked out when it is first asked for. */
  head(): TreeHead {
    this.#root ??= rootOf(this.size, this.#subtrees)
    return { size: this.size, rootHash: this.#root }
  }
}

/** @param subtrees as in `GrowingTree`. */
function rootOf(size: number, subtrees: Buffer): Uint8Array {
  let root: Uint8Array | undefined
  for (let height = 0; height < SUBTREES_MAX; height += 1) {
    if (Math.floor(size / 2 ** height) % 2 === 0) continue
    const at = height * HASH_BYTES
    const subtree = Buffer.from(subtrees.subarray(at, at + HASH_BYTES))
    root = root === undefined ? subtree : nodeHash(subtree, root)
  }
  return root ?? emptyRoot()
}
