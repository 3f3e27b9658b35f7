import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CompactTree } from '../../../../src/ledger/tree/compact-tree.ts'
import { referenceLeaf, referenceRoot } from '../../../support/reference-tree.ts'

test('the root over any number of leaves is that of RFC 9162', () => {
  fc.assert(
    fc.property(fc.nat(600), (size) => {
      const leaves = Array.from({ length: size }, (_, index) => referenceLeaf({ index }))
      const tree = new CompactTree()
      for (const leaf of leaves) tree.append(leaf)
      expect(tree.size).toBe(size)
      expect(Buffer.from(tree.root())).toEqual(referenceRoot(leaves))
    }),
    { numRuns: 40 },
  )
})

test('trees that grow in turn do not mix', () => {
  const trees = [new CompactTree(), new CompactTree()]
  const leaves = Array.from({ length: 100 }, (_, index) => referenceLeaf({ index }))
  for (const [index, leaf] of leaves.entries()) trees[index % 2]?.append(leaf)
  for (const [place, tree] of trees.entries()) {
    const own = leaves.filter((_, index) => index % 2 === place)
    expect(Buffer.from(tree.root())).toEqual(referenceRoot(own))
  }
})
