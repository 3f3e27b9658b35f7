import { sha256 } from '@noble/hashes/sha2.js'
import { areEqual, concatenated, utf8 } from './bytes.ts'

const LEAF_PREFIX = Uint8Array.of(0)
const NODE_PREFIX = Uint8Array.of(1)
/** Bytes of a hash. */
export const HASH_BYTES = 32

/** The leaf of an entry: SHA-256(0x00 ‖ entry) (RFC 9162 section 2.1.1). */
export function leafHash(entry: string): Uint8Array {
  return sha256(concatenated(LEAF_PREFIX, utf8(entry)))
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatenated(NODE_PREFIX, left, right))
}

/** A claim that a leaf is at a position in a tree. */
export interface InclusionClaim {
  readonly index: number
  readonly size: number
  readonly leaf: Uint8Array
  readonly root: Uint8Array
  readonly hashes: readonly Uint8Array[]
}

/** Whether an inclusion proof holds (RFC 9162 section 2.1.3.2). Never throws. */
export function isIncluded({ index, size, leaf, root, hashes }: InclusionClaim): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false
  let [position, last, hash] = [BigInt(index), BigInt(size) - 1n, leaf]
  for (const sibling of hashes) {
    if (last === 0n) return false
    if ((position & 1n) === 1n || position === last) {
      hash = nodeHash(sibling, hash)
      while ((position & 1n) === 0n && position !== 0n) {
        position >>= 1n
        last >>= 1n
      }
    } else hash = nodeHash(hash, sibling)
    position >>= 1n
    last >>= 1n
  }
  return last === 0n && areEqual(hash, root)
}

/** A claim that a smaller tree is the beginning of a larger one. */
export interface ConsistencyClaim {
  readonly from: { readonly size: number; readonly root: Uint8Array }
  readonly to: { readonly size: number; readonly root: Uint8Array }
  readonly hashes: readonly Uint8Array[]
}

/** Whether a consistency proof holds (RFC 9162 section 2.1.4.2). Never throws. */
export function isConsistent({ from, to, hashes }: ConsistencyClaim): boolean {
  if (!isIndex(from.size) || !isIndex(to.size) || from.size > to.size) return false
  if (from.size === 0) return hashes.length === 0
  if (from.size === to.size) return hashes.length === 0 && areEqual(from.root, to.root)
  const isPowerOfTwo = (BigInt(from.size) & (BigInt(from.size) - 1n)) === 0n
  const [first, ...rest] = isPowerOfTwo ? [from.root, ...hashes] : hashes
  if (first === undefined) return false
  let [position, last] = [BigInt(from.size) - 1n, BigInt(to.size) - 1n]
  while ((position & 1n) === 1n) {
    position >>= 1n
    last >>= 1n
  }
  let [older, newer] = [first, first]
  for (const hash of rest) {
    if (last === 0n) return false
    if ((position & 1n) === 1n || position === last) {
      older = nodeHash(hash, older)
      newer = nodeHash(hash, newer)
      while ((position & 1n) === 0n && position !== 0n) {
        position >>= 1n
        last >>= 1n
      }
    } else newer = nodeHash(newer, hash)
    position >>= 1n
    last >>= 1n
  }
  return last === 0n && areEqual(older, from.root) && areEqual(newer, to.root)
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
