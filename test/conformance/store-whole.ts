import { expect, test } from 'vitest'
import type { StoredEvent } from '../../src/core/event/event.ts'
import type { StoreHarness } from '../support/store-harness.ts'
import { microsOf } from '../support/store-model.ts'
import { BROKEN_LEDGER } from './store-ledger-side.ts'

export function describeWholeStore(harness: () => StoreHarness): void {
  test('a stream over all tenants is in order, and has every event once', async () => {
    const { reader } = (await harness().open()).store
    const sound = { field: 'sourceName' as const, notIn: [BROKEN_LEDGER] }
    const filter = { tenants: 'all' as const, conditions: [sound] }
    const total = await reader.count(filter)
    expect(total).toBeGreaterThan(100_000)
    for (const order of ['oldest', 'newest'] as const) {
      let count = 0
      let misplaced = 0
      let previous: StoredEvent | undefined
      for await (const batch of reader.stream(filter, order)) {
        for (const stored of batch) {
          count += 1
          if (previous !== undefined && !follows(stored, previous, order)) misplaced += 1
          previous = stored
        }
      }
      expect({ count, misplaced }).toEqual({ count: total, misplaced: 0 })
    }
  })
}

/** Strictly after the other in the total order: equal places would be one event twice. */
function follows(later: StoredEvent, earlier: StoredEvent, order: 'oldest' | 'newest'): boolean {
  const [left, right] = order === 'oldest' ? [earlier, later] : [later, earlier]
  const [leftTime, rightTime] = [microsOf(left.event.time), microsOf(right.event.time)]
  if (leftTime !== rightTime) return leftTime < rightTime
  return left.origin === right.origin ? left.seq < right.seq : left.origin < right.origin
}
