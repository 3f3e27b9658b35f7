import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LedgerHolding } from '../../../../src/ledger/event-writer.ts'
import {
  confirmOrigin,
  readOrigin,
  readSecretKey,
} from '../../../../src/server/instance/instance-identity.ts'
import type { Store } from '../../../../src/store/store.ts'
import { MapRecordStore } from '../../access/records/map-record-store.ts'

let folder: string
let records: MapRecordStore
let held: readonly string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-identity-'))
  records = new MapRecordStore()
  held = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = (file: string) => join(folder, file)

/** The start of a server, as far as its origin goes; answers the name. */
async function start(configured?: string, isStoreShared = false): Promise<string> {
  const stated = await readOrigin(folder, configured)
  const holdings = held.map((origin) => ({ origin }) as LedgerHolding)
  const writer = { holdings: async () => holdings } as unknown as Store['writer']
  await confirmOrigin(stated, { records, writer }, { dataDirectory: folder, isStoreShared })
  return stated.name
}

const NOISE = Buffer.from([0x07, 0x00, 0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a, 0x80, 0x41])
const DAMAGES: readonly (readonly [string, string | Buffer | undefined])[] = [
  ['missing', undefined],
  ['empty', ''],
  ['blank', ' \n\n'],
  ['cut', 'waybill-12'],
  ['noise', NOISE],
  ['of another', 'waybill-ffffffffffffffff\n'],
  ['a path', '../origin'],
  ['too long', 'x'.repeat(65)],
  ['two names', 'one\ntwo\n'],
]

function write(file: string, content: string | Buffer | undefined): void {
  if (content === undefined) rmSync(path(file), { force: true })
  else writeFileSync(path(file), content)
}

describe('the origin', () => {
  test('is made at the first start, kept privately, and the same afterwards', async () => {
    const name = await start()
    expect(name).toMatch(/^waybill-[0-9a-f]{16}$/)
    expect(readFileSync(path('origin'), 'utf8')).toBe(`${name}\n`)
    expect(statSync(path('origin')).mode & 0o777).toBe(0o600)
    expect(await start()).toBe(name)
    expect(await start(name)).toBe(name)
    await expect(start('other')).rejects.toThrow(`is ${name}, but the configuration says other`)
  })

  test.each(DAMAGES)('that is %s refuses the start of a store that has a ledger', async (...of) => {
    const [, content] = of
    for (const remember of ['event', 'record'] as const) {
      records = new MapRecordStore()
      held = remember === 'event' ? ['main', 'second'] : []
      if (remember === 'record') await records.put({ kind: 'origin', id: 'main', body: {} })
      write('origin', content)
      await expect(start()).rejects.toThrow(/the store contains main.*--origin main/)
      // Nothing was written: the file can still be looked at.
      if (content !== undefined) {
        expect(readFileSync(path('origin'))).toEqual(Buffer.from(content))
      }
    }
  })

  test.each([
    ['empty', ''],
    ['noise', NOISE],
  ])('that is %s is no first start', async (...of) => {
    write('origin', of[1])
    await expect(start()).rejects.toThrow('remove it to start a new ledger')
  })

  test.each(['missing', 'empty', 'noise'])('that is %s comes back by its name', async (what) => {
    held = ['main']
    write('origin', DAMAGES.find(([name]) => name === what)?.[1])
    expect(await start('main')).toBe('main')
    expect(await start()).toBe('main')
  })

  test('of a further instance on a shared store is named, and of one alone is not', async () => {
    held = ['main']
    await expect(start(undefined, true)).rejects.toThrow(
      'an additional instance also gets its name',
    )
    await expect(start('second')).rejects.toThrow('the store contains main')
    expect(await start('second', true)).toBe('second')
    // It has no event yet, and is known all the same.
    expect(await start(undefined, true)).toBe('second')
  })
})

describe('the secret key', () => {
  const SEALED = { kind: 'instance', id: 'token-key', body: { sealedKey: 'x' } }
  const ACCESS_KEY = { kind: 'access-key', id: 'A', body: { sealedSecret: 'x' } }

  test('is made once, and is private', async () => {
    const key = await readSecretKey(folder, records)
    expect(key).toHaveLength(32)
    expect(statSync(path('secret-key')).mode & 0o777).toBe(0o600)
    await records.put(SEALED)
    expect(await readSecretKey(folder, records)).toEqual(key)
  })

  test.each([SEALED, ACCESS_KEY])('is not made anew when something was sealed: %j', async (one) => {
    await records.put(one)
    await expect(readSecretKey(folder, records)).rejects.toThrow('is missing')
  })

  test.each([
    ['empty', ''],
    ['cut', 'ab'.repeat(31)],
    ['noise', NOISE],
    ['in capitals', 'AB'.repeat(32)],
    ['two keys', `${'ab'.repeat(32)}\n${'cd'.repeat(32)}`],
  ])('that is %s refuses the start, with an empty store too', async (_what, content) => {
    write('secret-key', content)
    await expect(readSecretKey(folder, records)).rejects.toThrow(/is (empty|damaged)/)
  })
})
