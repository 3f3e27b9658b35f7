import { expect, test } from 'vitest'
import { Occurrences } from '../../../../../../src/dialects/quay/collect/walk/occurrences.ts'

test('equal entries of a second are numbered, and each second begins anew', () => {
  const occurrences = new Occurrences()
  const seen = [
    occurrences.next('a', 1),
    occurrences.next('b', 1),
    occurrences.next('a', 1),
    occurrences.next('a', 2),
  ]
  expect(seen).toEqual([0, 0, 1, 0])
})
