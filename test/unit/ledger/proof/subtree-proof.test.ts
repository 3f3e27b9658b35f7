import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  coveringSubtrees,
  joinNodes,
  nodesOf,
  proofRanges,
  verifySubtreeProof,
} from '../../../../src/ledger/proof/subtree-proof.ts'
import { referenceLeaf, referenceRoot } from '../../../support/reference-tree.ts'

const LEAVES = Array.from({ length: 700 }, (_, seq) => referenceLeaf({ seq }))

const rootOver = (start: number, end: number) => referenceRoot(LEAVES.slice(start, end))

/** A subtree of a tree, as RFC 9162 cuts it: of a size, and from a multiple of a power of two. */
const subtrees = fc
  .record({
    size: fc.integer({ min: 1, max: LEAVES.length }),
    height: fc.nat(10),
    index: fc.nat(700),
    cut: fc.nat(1023),
  })
  .map(({ size, height, index, cut }) => {
    const width = 2 ** height
    const start = (index % Math.ceil(size / width)) * width
    const end = Math.min(size, start + Math.max(1, width - (cut % Math.max(1, width / 2))))
    return { size, start, end }
  })

function proofOf({ size, start, end }: { size: number; start: number; end: number }) {
  return {
    ...{ start, end, size },
    hash: rootOver(start, end),
    root: rootOver(0, size),
    proof: proofRanges({ start, end }, size).map((range) => rootOver(range.start, range.end)),
  }
}

test('the proof of a subtree holds, of a leaf and of a beginning too', () => {
  fc.assert(
    fc.property(subtrees, (range) => {
      expect(verifySubtreeProof(proofOf(range))).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('a proof with anything changed in it does not hold', () => {
  fc.assert(
    fc.property(subtrees, fc.nat(), fc.nat(255), (range, place, bit) => {
      const claim = proofOf(range)
      const hashes = [claim.hash, claim.root, ...claim.proof]
      const changed = hashes.map((hash, index) => {
        if (index !== place % hashes.length) return hash
        const copy = Buffer.from(hash)
        copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return copy
      })
      const [hash = Buffer.alloc(0), root = Buffer.alloc(0), ...proof] = changed
      expect(verifySubtreeProof({ ...claim, hash, root, proof })).toBe(false)
      const longer = [...claim.proof, Buffer.alloc(32)]
      expect(verifySubtreeProof({ ...claim, proof: longer })).toBe(false)
      if (claim.proof.length > 0) {
        expect(verifySubtreeProof({ ...claim, proof: claim.proof.slice(1) })).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('of a leaf and of a beginning it is the proof of RFC 9162', () => {
  // The examples of section 2.1.5: a tree of seven leaves.
  const ranges = (start: number, end: number) =>
    proofRanges({ start, end }, 7).map((range) => [range.start, range.end])
  expect(ranges(0, 1)).toEqual([
    [1, 2],
    [2, 4],
    [4, 7],
  ])
  expect(ranges(3, 4)).toEqual([
    [2, 3],
    [0, 2],
    [4, 7],
  ])
  expect(ranges(4, 5)).toEqual([
    [5, 6],
    [6, 7],
    [0, 4],
  ])
  expect(ranges(6, 7)).toEqual([
    [4, 6],
    [0, 4],
  ])
  expect(ranges(0, 3)).toEqual([
    [2, 3],
    [3, 4],
    [0, 2],
    [4, 7],
  ])
  expect(ranges(0, 4)).toEqual([[4, 7]])
  expect(ranges(0, 6)).toEqual([
    [4, 6],
    [6, 7],
    [0, 4],
  ])
  expect(ranges(0, 7)).toEqual([])
})

test('two subtrees cover any range, the first from a little before it', () => {
  fc.assert(
    fc.property(fc.nat(699), fc.nat(699), (one, other) => {
      const start = Math.min(one, other)
      const end = Math.max(one, other) + 1
      const covering = coveringSubtrees({ start, end })
      expect(covering.length).toBeLessThanOrEqual(2)
      expect(covering.at(-1)?.end).toBe(end)
      expect(covering[0]?.start).toBeLessThanOrEqual(start)
      for (const [index, range] of covering.entries()) {
        expect(range.end).toBeGreaterThan(start)
        if (index > 0) expect(range.start).toBe(covering[index - 1]?.end)
        expect(verifySubtreeProof(proofOf({ size: 700, ...range }))).toBe(true)
      }
    }),
  )
})

test('the hash over a range comes from its complete subtrees', () => {
  for (const end of [0, 1, 2, 3, 255, 256, 257, 700]) {
    const nodes = nodesOf({ start: 0, end }).map(({ height, index }) =>
      rootOver(index * 2 ** height, (index + 1) * 2 ** height),
    )
    expect(Buffer.from(joinNodes(nodes))).toEqual(rootOver(0, end))
  }
})

test.each([
  [{ start: 0, end: 0 }, 7],
  [{ start: 0, end: 8 }, 7],
  [{ start: 1, end: 3 }, 7],
  [{ start: -1, end: 1 }, 7],
  [{ start: 0.5, end: 1 }, 7],
  [{ start: 0, end: 1 }, Number.NaN],
])('%j of %d leaves is no subtree', (range, size) => {
  expect(() => proofRanges(range, size)).toThrow(RangeError)
  const hash = Buffer.alloc(32)
  expect(verifySubtreeProof({ ...range, size, hash, root: hash, proof: [] })).toBe(false)
})
