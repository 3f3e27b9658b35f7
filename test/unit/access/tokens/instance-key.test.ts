import { beforeEach, expect, test } from 'vitest'
import { hasSealedKeys, readInstanceKey } from '../../../../src/access/tokens/instance-key.ts'
import { MapRecordStore } from '../map-record-store.ts'

const SECRET = Buffer.alloc(32, 7)
const NAMES = ['cursor-key', 'export-link-key', 'token-key'] as const

let records: MapRecordStore
beforeEach(() => {
  records = new MapRecordStore()
})

const storedText = () => JSON.stringify([...records.records.values()])

test('a key is made once, one for each name, and is not in the store in clear', async () => {
  const keys = await Promise.all(NAMES.map((name) => readInstanceKey(records, SECRET, name)))
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(NAMES.length)
  for (const [index, key] of keys.entries()) {
    expect(key).toHaveLength(32)
    expect(await readInstanceKey(records, SECRET, NAMES[index] ?? 'token-key')).toEqual(key)
    expect(storedText()).not.toContain(key.toString('hex'))
  }
  expect(await hasSealedKeys(records)).toBe(true)
})

test('two instances that start together on one store have the same keys', async () => {
  for (const name of NAMES) {
    const [one, other] = await Promise.all([
      readInstanceKey(records, SECRET, name),
      readInstanceKey(records, SECRET, name),
    ])
    expect(one).toEqual(other)
    expect(await readInstanceKey(records, SECRET, name)).toEqual(one)
  }
})

test('a key that an older version left in clear is kept and sealed, and taken out', async () => {
  const hex = 'ab'.repeat(32)
  let compacted = 0
  records.compact = async () => {
    compacted += 1
  }
  await records.put({ kind: 'instance', id: 'token-key', body: { key: hex } })
  expect((await readInstanceKey(records, SECRET, 'token-key')).toString('hex')).toBe(hex)
  expect(storedText()).not.toContain(hex)
  expect(compacted).toBe(1)
  expect((await readInstanceKey(records, SECRET, 'token-key')).toString('hex')).toBe(hex)
})

test('with another secret key, or under another name, a key is not opened', async () => {
  await readInstanceKey(records, SECRET, 'token-key')
  const other = readInstanceKey(records, Buffer.alloc(32, 8), 'token-key')
  await expect(other).rejects.toThrow('need the same file secret-key')
  const body = records.records.get('instance/token-key')?.body ?? {}
  await records.put({ kind: 'instance', id: 'cursor-key', body })
  await expect(readInstanceKey(records, SECRET, 'cursor-key')).rejects.toThrow('cursor-key')
})
