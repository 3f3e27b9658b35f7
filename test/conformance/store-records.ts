import { expect, test } from 'vitest'
import type { StoreHarness } from '../support/store-harness.ts'

export function describeRecords(harness: () => StoreHarness): void {
  test('the last write of a record wins, and another instance reads it', async () => {
    const { records } = (await harness().open()).store
    const body = { text: 'é "\\/\n\u2028', list: [1, null, { '10': 1, '9': 2 }] }
    await records.put({ kind: 'user', id: 'a', body: { old: true } })
    await records.put({ kind: 'user', id: 'a', body })
    await records.put({ kind: 'user', id: "b'", body: {} })
    await records.put({ kind: 'token', id: 'a', body: {} })
    await records.put({ kind: 'user', id: 'c', body: {} })
    await records.remove('user', 'c')
    const expected = [
      { kind: 'user', id: 'a', body },
      { kind: 'user', id: "b'", body: {} },
    ]
    expect(await records.load('user')).toEqual(expected)
    const other = (await harness().open()).store.records
    expect(await other.load('user')).toEqual(expected)
    await other.put({ kind: 'user', id: 'c', body: { again: true } })
    expect(await records.load('user')).toHaveLength(3)
  })
}
