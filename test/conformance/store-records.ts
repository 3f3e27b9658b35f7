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
  test('of records that are created at once under one id, all get the same one', async () => {
    const opened = await Promise.all([harness().open(), harness().open(), harness().open()])
    const stores = opened.map(({ store }) => store.records)
    for (const round of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const proposals = stores.flatMap((records, store) =>
        [0, 1].map((call) => ({
          records,
          record: { kind: 'instance', id: `key-${round}`, body: { by: `${store}/${call} é'\\\n` } },
        })),
      )
      const created = await Promise.all(
        proposals.map(({ records, record }) => records.create(record)),
      )
      const [first] = created
      expect(proposals.map(({ record }) => record)).toContainEqual(first)
      for (const record of created) expect(record).toEqual(first)
      for (const records of stores) {
        expect(await records.get('instance', `key-${round}`)).toEqual(first)
        // What is there is never created anew, and what is written afterwards counts.
        await records.put({ kind: 'instance', id: `key-${round}`, body: { by: 'put' } })
        const again = await records.create({ kind: 'instance', id: `key-${round}`, body: {} })
        expect(again.body).toEqual({ by: 'put' })
        await records.put({
          kind: 'instance',
          id: `key-${round}`,
          body: { ...Object(first?.body) },
        })
      }
    }
    await expect(
      stores[0]?.create({ kind: 'instance', id: "x'; DROP TABLE records", body: {} }),
    ).rejects.toThrow('cannot be created once')
  })
  test('a body that is damaged is found as such, and hides no other record', async () => {
    const { records } = (await harness().open()).store
    await records.put({ kind: 'half', id: 'b', body: { name: 'b' } })
    const connection = await harness().connect()
    await connection.command({
      sql: `INSERT INTO records SELECT 'half', 'a', '{"name":', 1, 0`,
    })
    expect(await records.load('half')).toEqual([
      { kind: 'half', id: 'a', body: undefined },
      { kind: 'half', id: 'b', body: { name: 'b' } },
    ])
    expect(await records.get('half', 'a')).toEqual({ kind: 'half', id: 'a', body: undefined })
  })
}
