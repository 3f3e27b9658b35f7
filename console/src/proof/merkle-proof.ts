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
  const sides = sidesOf(BigInt(index), BigInt(size) - 1n, hashes.length)
  if (sides === undefined) return false
  const join = (hash: Uint8Array, sibling: Uint8Array, at: number) =>
    sides[at] === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
  return areEqual(hashes.reduce(join, leaf), root)
}

/**
 * On which side each hash of a proof is joined, from the node at `position` to the root of a tree
 * whose last node on that level is `last`; undefined when the path has another length.
 */
function sidesOf(
  position: bigint,
  last: bigint,
  length: number,
): readonly ('left' | 'right')[] | undefined {
  const sides: ('left' | 'right')[] = []
  for (let at = 0; at < length; at += 1) {
    if (last === 0n) return undefined
    const isLeft = (position & 1n) === 1n || position === last
    while (isLeft && (position & 1n) === 0n && position !== 0n) {
      position >>= 1n
      last >>= 1n
    }
    position >>= 1n
    last >>= 1n
    sides.push(isLeft ? 'left' : 'right')
  }
  return last === 0n ? sides : undefined
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
  const sides = sidesOf(position, last, rest.length)
  if (sides === undefined) return false
  let [older, newer] = [first, first]
  for (const [at, hash] of rest.entries()) {
    if (sides[at] === 'left') {
      older = nodeHash(hash, older)
      newer = nodeHash(hash, newer)
    } else newer = nodeHash(newer, hash)
  }
  return areEqual(older, from.root) && areEqual(newer, to.root)
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
