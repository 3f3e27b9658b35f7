import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DuplicateFilter } from '../../../../src/ledger/names/duplicate-filter.ts'
import { FingerprintSet, fingerprintOf } from '../../../../src/ledger/names/fingerprint-set.ts'

const small = { namesPerGeneration: 100, slotsPerGeneration: 256, generationsMax: 3 }

describe('a set of fingerprints', () => {
  it('finds all that were added and next to nothing else', () => {
    const set = new FingerprintSet(2 ** 16)
    for (let index = 0; index < 45_000; index += 1) set.add(fingerprintOf(`name ${index}`))
    expect(set.count).toBe(45_000)
    let found = 0
    for (let index = 0; index < 45_000; index += 1) {
      expect(set.has(fingerprintOf(`name ${index}`))).toBe(true)
      if (set.has(fingerprintOf(`other ${index}`))) found += 1
    }
    expect(found).toBe(0)
  })

  it('tells texts apart that differ in one character or in its place', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (left, right) => {
        fc.pre(left !== right)
        expect(fingerprintOf(left)).not.toEqual(fingerprintOf(right))
      }),
      { numRuns: 5000 },
    )
  })
})

describe('the duplicate filter', () => {
  it('finds every name received since its horizon, in bounded memory', () => {
    const filter = new DuplicateFilter([], true, small)
    for (let micros = 0; micros < 1000; micros += 1) filter.add(fingerprintOf(`${micros}`), micros)
    const horizon = filter.horizonMicros ?? 0
    expect(filter.generations.length).toBe(small.generationsMax)
    expect(1000 - horizon).toBeGreaterThanOrEqual((small.generationsMax - 1) * 100)
    for (let micros = horizon; micros < 1000; micros += 1) {
      expect(filter.has(fingerprintOf(`${micros}`))).toBe(true)
    }
    expect(filter.has(fingerprintOf('0'))).toBe(false)
  })

  it('has no horizon while it has forgotten nothing', () => {
    const filter = new DuplicateFilter([], true, small)
    for (let micros = 0; micros < 300; micros += 1) filter.add(fingerprintOf(`${micros}`), micros)
    expect(filter.horizonMicros).toBeUndefined()
    expect(new DuplicateFilter([], false, small).horizonMicros).toBe(Number.POSITIVE_INFINITY)
  })
})
