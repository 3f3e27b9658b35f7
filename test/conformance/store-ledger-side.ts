import { expect, test } from 'vitest'
import { draftOf } from '../../src/core/event/draft.ts'
import { canonicalOf, eventOf } from '../support/store-events.ts'
import { collect, type StoreHarness } from '../support/store-harness.ts'
import { microsOf } from '../support/store-model.ts'

/** Name of the source of events that this suite puts at the same place twice. */
export const BROKEN_LEDGER = 'broken ledger'

const BODY = 'ab'.repeat(32)
/** More than one batch of a read by seq. */
const EVENTS = 45_000

export function describeLedgerSide(harness: () => StoreHarness): void {
  test('a ledger has the size of what was inserted, and each origin its own', async () => {
    const [first, second] = [await harness().open(), await harness().open()]
    await first.insert([1, 2, 3].map(() => eventOf({ tenant: 'sizes' })))
    await second.insert([eventOf({ tenant: 'sizes' })])
    expect(await first.store.writer.size()).toBe(3)
    expect(await second.store.writer.size()).toBe(1)
  })

  test('a change to a packed column changes the leaf, also behind its last text', async () => {
    const opened = await harness().open()
    const [stored] = await opened.insert([eventOf({ tenant: 'tampered' })])
    const { writer } = opened.store
    expect(await collect(writer.canonicalFrom(0))).toEqual([
      canonicalOf(stored?.event ?? eventOf()),
    ])
    const connection = await harness().connect()
    const alter = (change: string) =>
      connection.command({
        sql: `ALTER TABLE events UPDATE ${change}
          WHERE tenant = 'tampered' SETTINGS mutations_sync = 2`,
      })
    await alter("shape = replaceAll(shape, 'success', 'failure')")
    const page = await opened.store.reader.get(['tampered'], stored?.event.id ?? '')
    expect(page?.event.outcome).toBe('failure')
    const [changed] = await collect(writer.canonicalFrom(0))
    expect(changed).toContain('"outcome":"failure"')
    // What nobody reads, because it stands behind the last text, is not there unnoticed either.
    await alter("actor = concat(actor, '\\0hidden')")
    expect(await collect(writer.canonicalFrom(0))).toEqual([''])
  })

  test.each([
    ['names beside an actor that is null', "actor = 'id\\0name\\0mail'"],
    ['members that the target does not have', "shape = replaceOne(shape, '\\0dn\\0', '\\0dnt\\0')"],
    ['no members where the target has some', "shape = replaceOne(shape, '\\0dn\\0', '\\0\\0')"],
    ['a digest in another form', "digest = concat('sha256:', lower(hex(digest)))"],
  ])('what would hide an event from filters is no event: %s', async (what, change) => {
    const opened = await harness().open()
    const tenant = `hidden ${what}`
    const target = { name: 'box', digest: `sha256:${'0f'.repeat(32)}` }
    const [stored] = await opened.insert([eventOf({ tenant, actor: null, target })])
    const { writer } = opened.store
    const [canonical = ''] = await collect(writer.canonicalFrom(0))
    expect(canonical).toBe(canonicalOf(stored?.event ?? eventOf()))
    const connection = await harness().connect()
    await connection.command({
      sql: `ALTER TABLE events UPDATE ${change}
        WHERE tenant = {tenant:String} SETTINGS mutations_sync = 2`,
      parameters: { tenant },
    })
    expect(await collect(writer.canonicalFrom(0))).toEqual([''])
  })

  test('what is held of each ledger is counted, missing and repeated events included', async () => {
    const { origin, store } = await harness().open()
    const { writer } = store
    const rows = ['a', 'b'].map((message) => {
      const event = eventOf({ source: { kind: 'api', name: BROKEN_LEDGER }, message })
      return writer.encode([draftOf(event, canonicalOf(event))], '')
    })
    const held = async () => (await writer.holdings()).find((one) => one.origin === origin)
    expect(await held()).toBeUndefined()
    await writer.insert({ firstSeq: 0, rows })
    const whole = { origin, events: 2, nextSeq: 2, isWhole: true, savedSize: undefined }
    expect(await held()).toEqual(whole)
    await writer.saveTreeHead({ size: 2, rootHash: new Uint8Array(32) })
    expect(await held()).toEqual({ ...whole, savedSize: 2 })
    await writer.insert({ firstSeq: 3, rows })
    expect(await held()).toMatchObject({ events: 4, nextSeq: 5, isWhole: false })
    expect((await collect(writer.canonicalFrom(1))).map((text) => text === '')).toEqual([
      false,
      true,
      false,
      false,
    ])
    await writer.insert({ firstSeq: 4, rows: rows.slice(1) })
    expect(await held()).toMatchObject({ events: 5, nextSeq: 5, isWhole: false })
    expect(await writer.size()).toBe(5)
    expect(await collect(writer.canonicalFrom(0))).toHaveLength(5)
  })

  test('events and names are read in order of seq, from any seq on, in batches', async () => {
    const opened = await harness().open()
    const events = Array.from({ length: EVENTS }, (_, index) =>
      eventOf({ tenant: 'by seq', message: `number ${index}` }),
    )
    const stored = await opened.insert(events)
    const { writer } = opened.store
    const from = 12_345
    const texts = await collect(writer.canonicalFrom(from))
    expect(texts.map((text) => JSON.parse(text).message)).toEqual(
      stored.slice(from).map(({ event }) => event.message),
    )
    const names = await collect(writer.namesFrom(from))
    expect(names).toEqual(
      stored.slice(from).map(({ event, seq }) => ({
        tenant: 'by seq',
        sourceKind: 'api',
        sourceName: 'test',
        eventId: event.id,
        seq,
        receivedMicros: microsOf(event.received),
        request: '',
      })),
    )
    expect(await collect(writer.canonicalFrom(EVENTS))).toEqual([])
  })

  test('an event is found by its name, at its time or at another', async () => {
    const opened = await harness().open()
    const tenant = 'names'
    const own = eventOf({ tenant, source: { kind: 'quay', name: "it's", eventId: 'no uuid' } })
    const byId = eventOf({ tenant })
    await opened.insert([own, byId])
    const name = { tenant, sourceKind: 'quay', sourceName: "it's", eventId: 'no uuid' }
    const idName = { tenant, sourceKind: 'api', sourceName: 'test', eventId: byId.id }
    const timeMicros = microsOf(own.time)
    const known = await opened.store.writer.findNamed([
      { ...name, timeMicros },
      { ...name, timeMicros: 0 },
      { ...idName, timeMicros },
      { ...idName, timeMicros: 1 },
      { ...name, tenant: 'other', timeMicros },
      { ...name, sourceName: 'other', timeMicros },
      { ...name, eventId: '', timeMicros },
      { ...idName, sourceKind: 'other', timeMicros },
    ])
    const { origin } = opened
    expect([...known]).toEqual([
      [0, { seq: 0, origin }],
      [1, { seq: 0, origin }],
      [2, { seq: 1, origin }],
      [3, { seq: 1, origin }],
    ])
  })

  test('all names of a largest request are looked up', async () => {
    const opened = await harness().open()
    const tenant = 'many names'
    const events = Array.from({ length: 2500 }, (_, index) =>
      eventOf({ tenant, source: { kind: 'k', name: 'n', eventId: `é'\\ ${index}` } }),
    )
    await opened.insert(events)
    const names = Array.from({ length: 10_000 }, (_, index) => ({
      tenant,
      sourceKind: 'k',
      sourceName: 'n',
      eventId: `é'\\ ${index}`,
      timeMicros: microsOf(events[0]?.time ?? ''),
    }))
    const known = await opened.store.writer.findNamed(names)
    expect(known.size).toBe(2500)
    expect(known.get(2499)?.seq).toBe(2499)
  })

  test('a request is found by its tenant and key, the latest first', async () => {
    const opened = await harness().open()
    const tenant = 'requests'
    const { writer } = opened.store
    await opened.insert([eventOf({ tenant })])
    await opened.insert(
      [1, 2, 3].map(() => eventOf({ tenant })),
      { key: `k'1 "é`, bodySha256: BODY },
    )
    const found = { bodySha256: BODY, firstSeq: 1, lastSeq: 3, count: 3 }
    expect(await writer.findRequest(tenant, `k'1 "é`)).toEqual(found)
    expect(await writer.findRequest('other', `k'1 "é`)).toBeUndefined()
    expect(await writer.findRequest(tenant, '')).toBeUndefined()

    const later = 'cd'.repeat(32)
    await opened.insert([eventOf({ tenant })], { key: `k'1 "é`, bodySha256: later })
    expect(await writer.findRequest(tenant, `k'1 "é`)).toMatchObject({ bodySha256: later })
    const names = await collect(writer.namesFrom(4))
    expect(names.map(({ request }) => request)).toEqual([`${later} k'1 "é`])
  })

  test('hashes of the tree are kept, each once, and the greatest head', async () => {
    const { writer } = (await harness().open()).store
    expect(await writer.loadTreeHead()).toBeUndefined()
    const hashOf = (byte: number) => new Uint8Array(32).fill(byte)
    const tile = (level: number, index: number) => ({ level, index, hash: hashOf(index + level) })
    await writer.saveTileHashes([tile(1, 0), tile(1, 1), tile(2, 0)])
    await writer.saveTileHashes([tile(1, 1), tile(1, 2)])
    expect(await writer.loadTileHashes(1, 0)).toEqual([tile(1, 0), tile(1, 1), tile(1, 2)])
    expect(await writer.loadTileHashes(1, 2)).toEqual([tile(1, 2)])
    expect(await writer.loadTileHashes(3, 0)).toEqual([])
    await writer.saveTreeHead({ size: 700, rootHash: hashOf(7) })
    await writer.saveTreeHead({ size: 300, rootHash: hashOf(3) })
    expect(await writer.loadTreeHead()).toEqual({ size: 700, rootHash: hashOf(7) })
  })
}
