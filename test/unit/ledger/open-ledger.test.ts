import { describe, expect, it } from 'vitest'
import { parseNewEvent } from '../../../src/core/boundary/parse-event.ts'
import { TIME_MICROS_END } from '../../../src/core/time/timestamp.ts'
import { draft, key, setUpLedger } from '../../support/faulty-ledger.ts'

describe('an append', () => {
  it('is placed without gaps in the order of its events', async () => {
    const { open, checkLedger } = await setUpLedger()
    const ledger = await open()
    const results = await Promise.all([
      ledger.append({ drafts: [draft(), draft()] }),
      ledger.append({ drafts: [draft()] }),
    ])
    expect(results.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
    ])
    await checkLedger(ledger)
  })

  it('joins the group that gathers while a record is written', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    files.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    const others = [1, 2, 3].map(() => ledger.append({ drafts: [draft()] }))
    await new Promise(setImmediate)
    files.release()
    await Promise.all([first, ...others])
    expect(files.recordSizes).toEqual([1, 3])
    await checkLedger(ledger)
  })

  it('waits for the senders just answered, so that all share the next record', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    files.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    const second = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    files.release()
    await first
    await Promise.all([second, ledger.append({ drafts: [draft()] })])
    expect(files.recordSizes).toEqual([1, 2])
    await checkLedger(ledger)
  })

  it('over the queue limit is refused with back-pressure and can be repeated', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    const ledger = await open({ queueEventsMax: 10 })
    files.nextFates = ['hang']
    const waiting = ledger.append({ drafts: Array.from({ length: 10 }, () => draft()) })
    await expect(ledger.append({ drafts: [draft('late')] })).rejects.toMatchObject({
      code: 'ledger.overloaded',
      retryAfterSeconds: 1,
    })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    files.release()
    await waiting
    expect(await ledger.append({ drafts: [draft('late')] })).toMatchObject({ accepted: 1 })
    await checkLedger(ledger)
  })

  it('is refused while the clock is after all times that can be asked for', async () => {
    const { open } = await setUpLedger()
    const ledger = await open()
    const late = parseNewEvent(
      { action: 'image.push' },
      {
        receivedMicros: TIME_MICROS_END,
        tenant: 'default',
        anyTenant: true,
        source: { kind: 'api', name: 'test' },
      },
    )
    await expect(ledger.append({ drafts: [late] })).rejects.toMatchObject({
      code: 'store.unavailable',
      detail: 'the clock of the server is after 2199',
    })
    expect(ledger.status().size).toBe(0)
  })

  it('after close is refused, and what was queued is stored', async () => {
    const { open } = await setUpLedger()
    const ledger = await open()
    const queued = ledger.append({ drafts: [draft()] })
    await ledger.close()
    expect(await queued).toMatchObject({ accepted: 1 })
    await expect(ledger.append({ drafts: [draft()] })).rejects.toMatchObject({
      code: 'server.stopping',
    })
  })
})

describe('an event that its sender named', () => {
  it('is stored once, within a request, over requests and over a restart', async () => {
    const { open, checkLedger } = await setUpLedger()
    const ledger = await open()
    expect(await ledger.append({ drafts: [draft('a'), draft('a'), draft('b')] })).toMatchObject({
      accepted: 2,
      duplicates: 1,
    })
    expect(await ledger.append({ drafts: [draft('b'), draft('c')] })).toMatchObject({
      accepted: 1,
      duplicates: 1,
    })
    await ledger.close()
    const again = await open()
    expect(await again.append({ drafts: [draft('c'), draft('a')] })).toEqual({
      accepted: 0,
      duplicates: 2,
      first: null,
      last: null,
      replayed: false,
    })
    await checkLedger(again)
  })

  it('asks the store nothing while it is new', async () => {
    const { writer, open } = await setUpLedger()
    const ledger = await open()
    for (let index = 0; index < 200; index += 1)
      await ledger.append({ drafts: [draft(`${index}`)] })
    expect(writer.lookups).toBe(0)
  })

  it('is acknowledged as a duplicate only once the first one is stored', async () => {
    const { files, open } = await setUpLedger()
    const ledger = await open()
    files.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft('a')] })
    const second = ledger.append({ drafts: [draft('a')] })
    let answered = false
    second.then(() => (answered = true)).catch(() => undefined)
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    expect(answered).toBe(false)
    files.release()
    expect(await first).toMatchObject({ accepted: 1 })
    expect(await second).toMatchObject({ accepted: 0, duplicates: 1 })
  })

  it('fails with the first one, and its retry is recognized', async () => {
    const { files, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    files.nextFates = ['fail']
    const both = [ledger.append({ drafts: [draft('a')] }), ledger.append({ drafts: [draft('a')] })]
    for (const result of await Promise.allSettled(both)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store.unavailable' } })
    }
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ duplicates: 1 })
    expect(ledger.status().size).toBe(1)
    await checkLedger(ledger)
  })
})

describe('a request with an Idempotency-Key', () => {
  it('gives the first answer again, at once, later and after a restart', async () => {
    const { writer, open, checkLedger } = await setUpLedger()
    const ledger = await open()
    const drafts = [draft(), draft()]
    const results = await Promise.all([
      ledger.append({ drafts, idempotency: key('k', 'body') }),
      ledger.append({ drafts: [draft(), draft()], idempotency: key('k', 'body') }),
    ])
    expect(results.map((result) => result.replayed)).toEqual([false, true])
    expect({ ...results[1], replayed: false }).toEqual(results[0])
    await ledger.close()
    const again = await open()
    expect(await again.append({ drafts, idempotency: key('k', 'body') })).toEqual(results[1])
    expect(writer.rows).toHaveLength(2)
    await checkLedger(again)
  })

  it('is refused when the key comes with another body, and kept apart by tenant', async () => {
    const { open } = await setUpLedger()
    const ledger = await open()
    await ledger.append({ drafts: [draft()], idempotency: key('k', 'body') })
    await expect(
      ledger.append({ drafts: [draft()], idempotency: key('k', 'other') }),
    ).rejects.toMatchObject({ code: 'idempotency.reused' })
    const elsewhere = { ...key('k', 'other'), tenant: 'elsewhere' }
    expect(await ledger.append({ drafts: [draft()], idempotency: elsewhere })).toMatchObject({
      accepted: 1,
      replayed: false,
    })
  })
})

describe('a live reader', () => {
  it('is woken by the next event, by its own end and by the close of the ledger', async () => {
    const { open } = await setUpLedger()
    const ledger = await open()
    const never = new AbortController()
    const woken = ledger.waitForReadableOver(0, never.signal)
    await ledger.append({ drafts: [draft()] })
    expect(await woken).toBe(1)
    const ended = new AbortController()
    const ending = ledger.waitForReadableOver(1, ended.signal)
    ended.abort()
    expect(await ending).toBe(1)
    const closing = ledger.waitForReadableOver(1, never.signal)
    await ledger.close()
    expect(await closing).toBe(1)
  })
})
