import { timingSafeEqual } from 'node:crypto'
import { emptyRoot, nodeHash } from '../tree/merkle-tree.ts'

/** Leaves from `start` up to `end`, without it. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** A complete subtree: 2^height leaves, from index · 2^height on. */
export interface TreeNode {
  readonly height: number
  readonly index: number
}

/**
 * What proves that a subtree is part of a tree of `size` leaves: the hashes over these ranges, in
 * the order in which they are joined, the sibling of the subtree first.
 *
 * One algorithm gives every proof: of one leaf it is RFC 9162's inclusion proof (section 2.1.3),
 * of a subtree that starts at 0 its consistency proof (section 2.1.4), and of any other the subtree
 * consistency proof of draft-ietf-plants-merkle-tree-certs.
 *
 * @throws RangeError for a range that is no subtree of the tree.
 */
export function proofRanges({ start, end }: LeafRange, size: number): readonly LeafRange[] {
  requireSubtree({ start, end }, size)
  const ranges: LeafRange[] = []
  let [low, high, isWhole] = [0, size, true]
  while (low !== start || high !== end) {
    const middle = low + splitOf(high - low)
    if (end <= middle) {
      ranges.push({ start: middle, end: high })
      high = middle
    } else {
      ranges.push({ start: low, end: middle })
      if (start < middle) {
        // The subtree reaches over the middle: what it has on the left is part of the proof.
        isWhole = false
        start = middle
      }
      low = middle
    }
  }
  if (!isWhole) ranges.push({ start: low, end: high })
  return ranges.reverse()
}

/** A subtree with its hash, the proof of it and the tree that it is said to be a part of. */
export interface SubtreeProof extends LeafRange {
  readonly hash: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** Whether a proof shows that the subtree is a part of the tree. Never throws. */
export function verifySubtreeProof(claim: SubtreeProof): boolean {
  const { start, end, size, hash, root } = claim
  if (!isSubtree(claim, size)) return false
  const left = [...claim.proof]
  const next = () => left.pop()
  const joined = join({ start, end, hash, next }, { low: 0, high: size, isWhole: true })
  return (
    joined !== undefined && left.length === 0 && same(joined.sub, hash) && same(joined.root, root)
  )
}

interface Walk extends LeafRange {
  readonly hash: Uint8Array
  /** Takes the proof's next hash, outermost first. */
  readonly next: () => Uint8Array | undefined
}

interface Place {
  readonly low: number
  readonly high: number
  /** Whether the range is still the whole subtree that is proven, and not only its right part. */
  readonly isWhole: boolean
}

/** The hash of the subtree and that of the place around it, as the proof gives them. */
function join(
  walk: Walk,
  { low, high, isWhole }: Place,
): { readonly sub: Uint8Array; readonly root: Uint8Array } | undefined {
  const { start, end, next } = walk
  if (low === start && high === end) {
    const hash = isWhole ? walk.hash : next()
    return hash && { sub: hash, root: hash }
  }
  const middle = low + splitOf(high - low)
  const sibling = next()
  if (sibling === undefined) return undefined
  if (end <= middle) {
    const inner = join(walk, { low, high: middle, isWhole })
    return inner && { sub: inner.sub, root: nodeHash(inner.root, sibling) }
  }
  const reachesOver = start < middle
  const rest = reachesOver ? { ...walk, start: middle } : walk
  const inner = join(rest, { low: middle, high, isWhole: isWhole && !reachesOver })
  if (inner === undefined) return undefined
  return {
    sub: reachesOver ? nodeHash(sibling, inner.sub) : inner.sub,
    root: nodeHash(sibling, inner.root),
  }
}

/**
 * The complete subtrees that a range consists of, from left to right: their hashes, joined from the
 * right, are the hash over the range. The range is one that `proofRanges` gives, or a whole tree.
 */
export function nodesOf({ start, end }: LeafRange): readonly TreeNode[] {
  const nodes: TreeNode[] = []
  for (let low = start; low < end; ) {
    const height = Math.floor(Math.log2(end - low))
    nodes.push({ height, index: low / 2 ** height })
    low += 2 ** height
  }
  return nodes
}

/** The hash over a range from those of its nodes; of no nodes that of the empty tree. */
export function joinNodes(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0
    ? emptyRoot()
    : hashes.reduceRight((right, left) => nodeHash(left, right))
}

/**
 * The two subtrees, or the one, that cover a range of leaves: the first may begin before it
 * (`find_subtrees` of draft-ietf-plants-merkle-tree-certs).
 */
export function coveringSubtrees({ start, end }: LeafRange): readonly LeafRange[] {
  if (end - start <= 1) return [{ start, end }]
  const last = BigInt(end - 1)
  const first = BigInt(start)
  const split = bitWidth(first ^ last) - 1n
  const mask = (1n << split) - 1n
  const middle = last & ~mask
  const leftSplit = bitWidth(~first & mask)
  const leftStart = first & ~((1n << leftSplit) - 1n)
  return [
    { start: Number(leftStart), end: Number(middle) },
    { start: Number(middle), end },
  ]
}

function bitWidth(value: bigint): bigint {
  return value === 0n ? 0n : BigInt(value.toString(2).length)
}

/** The largest power of two below a number of at least two leaves. */
function splitOf(leaves: number): number {
  return 2 ** (Math.ceil(Math.log2(leaves)) - 1)
}

/** Whether the leaves are a subtree: they start at a multiple of the next power of two. */
function isSubtree({ start, end }: LeafRange, size: number): boolean {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0
  if (!isRange || end <= start || end > size || !Number.isSafeInteger(size)) return false
  return start % 2 ** Math.ceil(Math.log2(end - start)) === 0
}

function requireSubtree(range: LeafRange, size: number): void {
  if (isSubtree(range, size)) return
  throw new RangeError(`${range.start} to ${range.end} is no subtree of ${size} leaves`)
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
