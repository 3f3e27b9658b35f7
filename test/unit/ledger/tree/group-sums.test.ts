import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differingLeaves, groupSums } from '../../../../src/ledger/tree/group-sums.ts'

const LEAVES = randomBytes(256 * 32)

function changedAt(places: readonly number[]): Buffer {
  const leaves = Buffer.from(LEAVES)
  for (const place of places) randomBytes(32).copy(leaves, place * 32)
  return leaves
}

const places = (count: number) =>
  fc.uniqueArray(fc.nat(255), { minLength: count, maxLength: count })

const sorted = (numbers: readonly number[]) => numbers.toSorted((left, right) => left - right)

test('one or two changed leaves of a group are located', () => {
  const sums = groupSums(LEAVES)
  expect(sums).toHaveLength(16)
  for (const count of [1, 2]) {
    fc.assert(
      fc.property(places(count), (changed) => {
        expect(differingLeaves(sums, changedAt(changed))).toEqual(sorted(changed))
      }),
      { numRuns: 50 },
    )
  }
})

test('next to known ones another changed leaf is located, or that there is none', () => {
  const sums = groupSums(LEAVES)
  fc.assert(
    fc.property(places(3), (changed) => {
      const leaves = changedAt(changed)
      expect(differingLeaves(sums, leaves, changed)).toEqual(sorted(changed))
      expect(differingLeaves(sums, leaves, changed.slice(1))).toEqual(sorted(changed))
    }),
    { numRuns: 50 },
  )
})

test('what cannot be located is not guessed', () => {
  const sums = groupSums(LEAVES)
  expect(differingLeaves(sums, changedAt([1, 2, 3, 4, 5]))).toBeUndefined()
  expect(differingLeaves(sums, LEAVES)).toBeUndefined()
  expect(differingLeaves(Buffer.alloc(0), changedAt([1]))).toBeUndefined()
})
