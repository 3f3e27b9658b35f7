import { Type } from 'typebox'
import { beforeEach, describe, expect, test } from 'vitest'
import { openTable } from '../../../../src/access/records/record-table.ts'
import { Fault } from '../../../../src/core/errors.ts'
import { MapRecordStore } from './map-record-store.ts'

const Counter = Type.Object({
  id: Type.Optional(Type.String()),
  count: Type.Integer(),
})
const FORM = { kind: 'counter', schema: Counter }

let records: MapRecordStore
beforeEach(() => {
  records = new MapRecordStore()
})

test('rows are those of the kind that were asked for, also after a restart', async () => {
  const table = await openTable(records, FORM)
  await records.put({ kind: 'other', id: 'x', body: {} })
  await table.put('a', { count: 1 })
  await table.put('b', { count: 2 })
  await table.put('c', { count: 3 })
  await table.change('b', ({ count }) => ({ count: count + 10 }))
  await table.change('none', ({ count }) => ({ count: count + 10 }))
  await table.remove('c')
  const rows = new Map([
    ['a', { count: 1 }],
    ['b', { count: 12 }],
  ])
  expect(table.rows).toEqual(rows)
  expect(table.all()).toEqual([...rows.values()])
  expect((await openTable(records, FORM)).rows).toEqual(rows)
  const large = await openTable(records, { ...FORM, where: ({ count }) => count > 10 })
  expect([...large.rows.keys()]).toEqual(['b'])
})

test('a change is seen once the store has it, and not before', async () => {
  const table = await openTable(records, FORM)
  const gate = gateOf(records)
  const put = table.put('a', { count: 1 })
  await gate.reached
  expect(table.rows.size).toBe(0)
  gate.open()
  await put
  expect(table.rows.get('a')).toEqual({ count: 1 })
})

test('a change that the store did not take did not happen, and blocks no other', async () => {
  const table = await openTable(records, FORM)
  await table.put('a', { count: 1 })
  records.failure = new Fault('store.unavailable')
  for (const change of [
    table.put('b', { count: 2 }),
    table.change('a', () => ({ count: 9 })),
    table.remove('a'),
  ]) {
    await expect(change).rejects.toThrow(records.failure)
  }
  expect(table.rows).toEqual(new Map([['a', { count: 1 }]]))
  records.failure = undefined
  await table.change('a', ({ count }) => ({ count: count + 1 }))
  expect(table.rows.get('a')).toEqual({ count: 2 })
})

test('changes that are asked for at once are made one after the other', async () => {
  const table = await openTable(records, FORM)
  await table.put('a', { count: 0 })
  const add = () => table.change('a', ({ count }) => ({ count: count + 1 }))
  await Promise.all([add(), add(), table.put('b', { count: 5 }), add()])
  await Promise.all([table.remove('b'), table.change('b', () => ({ count: 6 }))])
  expect((await openTable(records, FORM)).rows).toEqual(new Map([['a', { count: 3 }]]))
})

describe('a record that cannot be read', () => {
  const damages = {
    'without a member': {},
    'with a member of another type': { count: '1' },
    'of another id': { id: 'b', count: 1 },
    'that is no object': [1],
  }
  test.each(Object.entries(damages))('%s stops the start, and is named', async (_, body) => {
    await records.put({ kind: 'counter', id: 'a', body })
    await expect(openTable(records, FORM)).rejects.toMatchObject({
      code: 'internal.fault',
      message: expect.stringMatching(/the counter record a cannot be read: .*from a backup/),
    })
  })

  test.each(Object.values(damages))('is left out where nothing depends on it: %j', async (body) => {
    await records.put({ kind: 'counter', id: 'a', body })
    await records.put({ kind: 'counter', id: 'c', body: { count: 1 } })
    const table = await openTable(records, { ...FORM, unreadable: 'skip' })
    expect([...table.rows.keys()]).toEqual(['c'])
    // It stays in the store, where it can be examined.
    expect(records.records.has('counter/a')).toBe(true)
  })
})

test('what a newer version added to a record is kept when it is changed', async () => {
  await records.put({ kind: 'counter', id: 'a', body: { count: 1, unit: 'events' } })
  const table = await openTable(records, FORM)
  await table.change('a', (row) => ({ ...row, count: 2 }))
  expect(records.records.get('counter/a')?.body).toEqual({ count: 2, unit: 'events' })
})

/** Holds the next writes until it is opened. */
function gateOf(store: MapRecordStore) {
  const put = store.put.bind(store)
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const reached = new Promise<void>((resolve) => {
    store.put = async (record) => {
      resolve()
      await opened
      await put(record)
    }
  })
  return { reached, open: () => open() }
}
