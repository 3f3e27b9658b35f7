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
  test('records are read one by one and by the beginning of their ids', async () => {
    const { records } = (await harness().open()).store
    for (const id of ['["a","1"]', '["a","2"]', '["a\\u0027","3"]', '["ab","4"]', '["%","5"]']) {
      await records.put({ kind: 'place', id, body: { id } })
    }
    await records.put({ kind: 'other', id: '["a","1"]', body: {} })
    await records.put({ kind: 'place', id: '["a","2"]', body: { again: true } })
    expect(await records.get('place', '["a","2"]')).toEqual({
      ...{ kind: 'place', id: '["a","2"]' },
      body: { again: true },
    })
    expect(await records.get('place', '["a"')).toBeUndefined()
    expect((await records.load('place', '["a",')).map(({ id }) => id)).toEqual([
      '["a","1"]',
      '["a","2"]',
    ])
    expect(await records.count('place', '["a",')).toBe(2)
    expect(await records.count('place', '["%')).toBe(1)
    expect(await records.count('place', '')).toBe(5)
    await records.remove('place', '["a","2"]')
    expect(await records.count('place', '["a",')).toBe(1)
    expect(await records.get('place', '["a","2"]')).toBeUndefined()
  })
}
