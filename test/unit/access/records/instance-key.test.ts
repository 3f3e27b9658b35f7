import { beforeEach, expect, test } from 'vitest'
import {
  hasInstanceKeys,
  readInstanceKey,
  replaceInstanceKeys,
} from '../../../../src/access/records/instance-key.ts'
import { MapRecordStore } from './map-record-store.ts'

const SECRET = Buffer.alloc(32, 7)
const OTHER_SECRET = Buffer.alloc(32, 8)
const NAMES = ['cursor-key', 'export-link-key', 'token-key'] as const

let records: MapRecordStore
beforeEach(() => {
  records = new MapRecordStore()
})

const readAll = (secret = SECRET) =>
  Promise.all(NAMES.map((name) => readInstanceKey(records, secret, name)))

test('a key is made once, one for each name, and is not in the store in clear', async () => {
  expect(await hasInstanceKeys(records)).toBe(false)
  const keys = await readAll()
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(NAMES.length)
  const stored = JSON.stringify([...records.records.values()])
  for (const key of keys) {
    expect(key).toHaveLength(32)
    expect(stored).not.toContain(key.toString('hex'))
  }
  expect(await readAll()).toEqual(keys)
  expect(await hasInstanceKeys(records)).toBe(true)
})

test('an instance uses the key that another one created, and never its own proposal', async () => {
  const proposals: object[] = []
  const create = records.create.bind(records)
  records.create = async (record) => {
    proposals.push(record)
    // The other instance is a moment quicker.
    if (proposals.length === 1) await readInstanceKey(records, SECRET, 'token-key')
    return create(record)
  }
  const key = await readInstanceKey(records, SECRET, 'token-key')
  expect(proposals).toHaveLength(2)
  expect(records.records.get('instance/token-key')).toEqual(proposals[1])
  expect(await readInstanceKey(records, SECRET, 'token-key')).toEqual(key)
})

test('with another secret key, or under another name, a key is not opened', async () => {
  await readAll()
  const other = readInstanceKey(records, OTHER_SECRET, 'token-key')
  await expect(other).rejects.toThrow('need the same file secret-key')
  const body = records.records.get('instance/token-key')?.body ?? {}
  await records.put({ kind: 'instance', id: 'cursor-key', body })
  await expect(readInstanceKey(records, SECRET, 'cursor-key')).rejects.toThrow('cursor-key')
})

test('a record of a key that is damaged stops the start, and is not replaced', async () => {
  await records.put({ kind: 'instance', id: 'token-key', body: { sealed: 'x' } })
  await expect(readInstanceKey(records, SECRET, 'token-key')).rejects.toThrow(
    'the instance record token-key cannot be read',
  )
  expect(records.records.get('instance/token-key')?.body).toEqual({ sealed: 'x' })
})

test('keys that were sealed with a lost secret key are replaced by others', async () => {
  const lost = await readAll()
  await replaceInstanceKeys(records, OTHER_SECRET)
  const keys = await readAll(OTHER_SECRET)
  for (const [index, key] of keys.entries()) expect(key).not.toEqual(lost[index])
  await expect(readAll()).rejects.toThrow('need the same file secret-key')
})
