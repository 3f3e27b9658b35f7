import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { InsertFate } from '../../support/array-event-writer.ts'
import { eventually } from '../../support/eventually.ts'
import type { WriteFate } from '../../support/faulty-files.ts'
import { draft, key, setUpLedger } from '../../support/faulty-ledger.ts'

describe('a disk that fails', () => {
  it.each(['fail', 'write and fail', 'write half and fail'] as const)(
    'at a record (%s) refuses it, and gives its place to nothing else',
    async (fate) => {
      const { files, open, checkLedger } = await setUpLedger()
      const ledger = await open()
      await ledger.append({ drafts: [draft('before')] })
      files.nextFates = [fate]
      const idempotency = key('k', 'body')
      await expect(ledger.append({ drafts: [draft()], idempotency })).rejects.toMatchObject({
        code: 'store.unavailable',
      })
      expect(await ledger.append({ drafts: [draft('after')] })).toMatchObject({ first: 2 })
      const again = await ledger.append({ drafts: [draft()], idempotency })
      expect(again).toMatchObject({ first: 1, replayed: true })
      await checkLedger(ledger)
      await ledger.close()
      await checkLedger(await open())
    },
  )

  it('is tried again until it takes the refused record, and only then takes others', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    files.nextFates = ['fail', 'fail', 'fail']
    for (const name of ['a', 'b', 'b']) {
      await expect(ledger.append({ drafts: [draft(name)] })).rejects.toMatchObject({
        code: 'store.unavailable',
      })
    }
    expect(await ledger.append({ drafts: [draft('b'), draft('a')] })).toMatchObject({
      accepted: 1,
      duplicates: 1,
    })
    await checkLedger(ledger)
  })

  it('that is full refuses events before it accepts any, and leaves no trace of them', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    files.hasRoom = false
    const ledger = await open()
    await expect(ledger.append({ drafts: [draft('a')] })).rejects.toMatchObject({
      code: 'store.unavailable',
      retryAfterSeconds: 5,
    })
    expect(ledger.status().size).toBe(0)
    files.hasRoom = true
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ accepted: 1 })
    await checkLedger(ledger)
  })
})

describe('a store that fails', () => {
  it('after having stored is believed, so that nothing is stored twice', async () => {
    const { writer, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    writer.nextFates = ['store and fail']
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ accepted: 1, first: 0 })
    await checkLedger(ledger)
  })

  it('gets the same events again after a crash, whatever was accepted meanwhile', async () => {
    const { writer, open, crash, checkLedger } = await setUpLedger()
    const ledger = await open()
    writer.nextFates = ['fail']
    writer.isReachable = false
    const names = ['a', 'b', 'c']
    await Promise.all(names.map((name) => ledger.append({ drafts: [draft(name)] })))
    await expect(ledger.whenReadable()).rejects.toMatchObject({ code: 'store.unavailable' })
    await ledger.append({ drafts: [draft('d')] })
    crash()
    writer.isReachable = true
    await checkLedger(await open())
    expect(writer.groupSizes).toEqual([3, 1])
  })

  it('keeps no event from being accepted, known again and stored later, in order', async () => {
    const { writer, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    writer.nextFates = ['fail']
    writer.isReachable = false
    await ledger.append({ drafts: [draft('a')] })
    await expect(ledger.whenReadable()).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(ledger.status().behind).toMatchObject({ events: 1, isFailing: true })
    writer.nextFates = ['fail', 'fail']
    expect(await ledger.append({ drafts: [draft('b'), draft('a')] })).toMatchObject({
      accepted: 1,
      duplicates: 1,
    })
    await expect(ledger.whenReadable()).rejects.toMatchObject({ code: 'store.unavailable' })
    writer.isReachable = true
    writer.nextFates = []
    const isStored = async () => ledger.status().behind.isFailing
    await eventually(isStored, (isFailing) => !isFailing, { what: 'an insert' })
    await checkLedger(ledger)
    expect(writer.lookups).toBe(0)
  })

  it('answers no request before it has the events that the answer relies on', async () => {
    const { writer, open, checkLedger } = await setUpLedger()
    const ledger = await open({ acknowledge: 'store' })
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ accepted: 1 })
    expect(writer.rows).toHaveLength(1)
    writer.nextFates = ['fail']
    writer.isReachable = false
    await expect(ledger.append({ drafts: [draft('b')] })).rejects.toMatchObject({
      code: 'store.unavailable',
    })
    writer.isReachable = true
    const retry = () => ledger.append({ drafts: [draft('b')] }).catch(() => undefined)
    const answer = await eventually(retry, (result) => result !== undefined, { what: 'an answer' })
    expect(answer).toMatchObject({ duplicates: 1 })
    expect(writer.rows).toHaveLength(2)
    await checkLedger(ledger)
  })
})

test('faults at random lose no acknowledged event, store none twice, leave no gap', async () => {
  const writeFate = fc.constantFrom<WriteFate>('write', 'write', 'fail', 'write and fail')
  const insertFate = fc.constantFrom<InsertFate>('store', 'fail', 'store and fail')
  const step = fc.record({
    writes: fc.array(writeFate, { maxLength: 2 }),
    inserts: fc.array(insertFate, { maxLength: 1 }),
    names: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 }),
    after: fc.constantFrom('nothing', 'nothing', 'read', 'stop', 'crash'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (script) => {
      const { writer, files, open, crash, checkLedger } = await setUpLedger()
      let ledger = await open()
      const acknowledged = new Set<string>()
      for (const { writes, inserts, names, after } of script) {
        files.nextFates = [...writes]
        writer.nextFates = [...inserts]
        const drafts = names.map((name) => draft(`${name}`))
        const isAcknowledged = await ledger.append({ drafts }).then(
          () => true,
          () => false,
        )
        if (isAcknowledged) for (const name of names) acknowledged.add(`${name}`)
        if (after === 'read') await ledger.whenReadable().catch(() => undefined)
        files.nextFates = []
        writer.nextFates = []
        if (after === 'stop') await ledger.close()
        if (after === 'crash') crash()
        if (after === 'stop' || after === 'crash') ledger = await open()
      }
      const settled = () => ledger.append({ drafts: [draft('last')] }).then(() => true)
      await eventually(settled, (isSettled) => isSettled, { what: 'the last append' })
      await eventually(
        async () => ledger.status().behind,
        ({ events }) => events === 0,
        { what: 'the index' },
      )
      await checkLedger(ledger)
      const held = new Set(writer.rows.map(({ event }) => event.source.eventId))
      for (const name of acknowledged) expect(held.has(name)).toBe(true)
      await ledger.close()
    }),
    { numRuns: 10 },
  )
})
