import { emptyRoot, nodeHash, writeHash } from './merkle-tree.ts'
import { HASH_BYTES } from './tile-shape.ts'

/** Subtrees that there is room for at first; the room doubles. */
const SUBTREES_AT_FIRST = 8

/**
 * A Merkle tree that only grows and only knows its root: the roots of its complete subtrees, one
 * for each bit of its size. A few hundred bytes, for the trees of many tenants.
 */
export class CompactTree {
  #subtrees = Buffer.alloc(SUBTREES_AT_FIRST * HASH_BYTES)
  /** Bytes that are used of them. */
  #end = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** @param leaf 32 bytes. */
  append(leaf: Uint8Array): void {
    if (this.#end === this.#subtrees.length) {
      this.#subtrees = Buffer.concat([this.#subtrees, Buffer.alloc(this.#end)])
    }
    let at = this.#end
    this.#subtrees.set(leaf, at)
    for (let pairs = this.#size; pairs % 2 === 1; pairs = (pairs - 1) / 2) {
      at -= HASH_BYTES
      this.#subtrees.copy(NODE, 1, at, at + 2 * HASH_BYTES)
      writeHash(NODE, this.#subtrees, at)
    }
    this.#end = at + HASH_BYTES
    this.#size += 1
  }

  /** The Merkle tree hash over all leaves. */
  root(): Uint8Array {
    let at = this.#end - HASH_BYTES
    if (at < 0) return emptyRoot()
    let root: Uint8Array = Buffer.from(this.#subtrees.subarray(at, at + HASH_BYTES))
    for (at -= HASH_BYTES; at >= 0; at -= HASH_BYTES) {
      root = nodeHash(this.#subtrees.subarray(at, at + HASH_BYTES), root)
    }
    return root
  }
}

/** What an inner node is the hash of; of all trees, since one is hashed at a time. */
const NODE = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
