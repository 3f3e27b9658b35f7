import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Draft } from '../../../src/core/draft.ts'
import { parseNewEvent } from '../../../src/core/parse-event.ts'
import { createClock, TIME_MICROS_END } from '../../../src/core/timestamp.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { GrowingTree, leafHash } from '../../../src/ledger/merkle-tree.ts'
import { openLedger } from '../../../src/ledger/open-ledger.ts'
import { ArrayEventWriter } from '../../support/array-event-writer.ts'

const clock = createClock()

/** What one test works with. A test that ran out of time and goes on disturbs no other. */
async function setUp() {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-ledger-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const writer = new ArrayEventWriter()
  const open = (queueEventsMax = 1000) =>
    openLedger({ origin: 'test', writer, dataDirectory: directory, queueEventsMax })
  /** What must hold after every step: no gap, no event twice, the root of the stored events. */
  const checkLedger = (ledger: Ledger): void => {
    const tree = new GrowingTree()
    for (const row of writer.rows) tree.append(leafHash(row.canonical))
    expect(ledger.status().size).toBe(writer.rows.length)
    expect(ledger.status().rootHash).toEqual(tree.root())
    expect(ledger.status().contradiction).toBeUndefined()
    const names = writer.rows.flatMap(({ event }) => event.source.eventId ?? [])
    expect(new Set(names).size).toBe(names.length)
  }
  return { directory, writer, open, checkLedger }
}

function draft(eventId?: string, time?: string): Draft {
  const reception = {
    receivedMicros: clock(),
    tenant: 'default',
    anyTenant: true,
    source: { kind: 'api', name: 'test' },
  }
  const source = eventId === undefined ? {} : { eventId }
  return parseNewEvent({ action: 'image.push', source, ...(time ? { time } : {}) }, reception)
}

const key = (name: string, body: string) => ({
  tenant: 'default',
  key: name,
  bodySha256: body.padEnd(64, '0'),
  receivedMicros: clock(),
})

describe('an append', () => {
  it('is placed without gaps in the order of its events', async () => {
    const { open, checkLedger } = await setUp()
    const ledger = await open()
    const results = await Promise.all([
      ledger.append({ drafts: [draft(), draft()] }),
      ledger.append({ drafts: [draft()] }),
    ])
    expect(results.map(({ first, last }) => [first, last])).toEqual([
      [0, 1],
      [2, 2],
    ])
    checkLedger(ledger)
  })

  it('joins the group that gathers while an insert is running', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    writer.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    const others = [1, 2, 3].map(() => ledger.append({ drafts: [draft()] }))
    await new Promise(setImmediate)
    writer.release()
    await Promise.all([first, ...others])
    expect(writer.groupSizes).toEqual([1, 3])
    checkLedger(ledger)
  })

  it('waits for the senders just answered, so that all share the next insert', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    writer.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    const second = ledger.append({ drafts: [draft()] })
    await new Promise(setImmediate)
    writer.release()
    await first
    await Promise.all([second, ledger.append({ drafts: [draft()] })])
    expect(writer.groupSizes).toEqual([1, 2])
    checkLedger(ledger)
  })

  it('over the queue limit is refused with back-pressure and can be repeated', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open(10)
    writer.nextFates = ['hang']
    const waiting = ledger.append({ drafts: Array.from({ length: 10 }, () => draft()) })
    await expect(ledger.append({ drafts: [draft('late')] })).rejects.toMatchObject({
      code: 'ledger.overloaded',
      retryAfterSeconds: 1,
    })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    writer.release()
    await waiting
    expect(await ledger.append({ drafts: [draft('late')] })).toMatchObject({ accepted: 1 })
    checkLedger(ledger)
  })

  it('is refused while the clock is after all times that can be asked for', async () => {
    const { open } = await setUp()
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
    const { open } = await setUp()
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
    const { open, checkLedger } = await setUp()
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
    checkLedger(again)
  })

  it('asks the store nothing while it is new', async () => {
    const { writer, open } = await setUp()
    const ledger = await open()
    for (let index = 0; index < 200; index += 1)
      await ledger.append({ drafts: [draft(`${index}`)] })
    expect(writer.lookups).toBe(0)
  })

  it('is acknowledged as a duplicate only once the first one is stored', async () => {
    const { writer, open } = await setUp()
    const ledger = await open()
    writer.nextFates = ['hang']
    const first = ledger.append({ drafts: [draft('a')] })
    const second = ledger.append({ drafts: [draft('a')] })
    let answered = false
    second.then(() => (answered = true)).catch(() => undefined)
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
    expect(answered).toBe(false)
    writer.release()
    expect(await first).toMatchObject({ accepted: 1 })
    expect(await second).toMatchObject({ accepted: 0, duplicates: 1 })
  })

  it('fails with the first one, and its retry is stored', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    writer.nextFates = ['fail']
    const both = [ledger.append({ drafts: [draft('a')] }), ledger.append({ drafts: [draft('a')] })]
    for (const result of await Promise.allSettled(both)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store.unavailable' } })
    }
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ accepted: 1 })
    checkLedger(ledger)
  })
})

describe('a store that fails', () => {
  it('after having stored is believed, so that nothing is stored twice', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    writer.nextFates = ['store and fail']
    expect(await ledger.append({ drafts: [draft('a')] })).toMatchObject({ accepted: 1, first: 0 })
    checkLedger(ledger)
  })

  it('and cannot be asked refuses, then takes in what it turns out to hold', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    writer.nextFates = ['store and fail']
    writer.isReachable = false
    await expect(ledger.append({ drafts: [draft('a')] })).rejects.toMatchObject({
      code: 'store.unavailable',
    })
    await expect(ledger.append({ drafts: [draft('b')] })).rejects.toMatchObject({
      code: 'store.unavailable',
    })
    writer.isReachable = true
    expect(await ledger.append({ drafts: [draft('a'), draft('b')] })).toMatchObject({
      accepted: 1,
      duplicates: 1,
    })
    checkLedger(ledger)
  })

  it('at random never loses an acknowledged event, stores none twice, leaves no gap', async () => {
    const fates = fc.constantFrom('store' as const, 'fail' as const, 'store and fail' as const)
    const steps = fc.array(
      fc.tuple(fates, fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1 })),
    )
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const { writer, open, checkLedger } = await setUp()
        const ledger = await open()
        const acknowledged = new Set<string>()
        for (const [fate, names] of script) {
          writer.nextFates = [fate]
          const drafts = names.map((name) => draft(`${name}`))
          const stored = await ledger.append({ drafts }).then(
            () => true,
            () => false,
          )
          if (stored) for (const name of names) acknowledged.add(`${name}`)
          checkLedger(ledger)
        }
        const held = new Set(writer.rows.map(({ event }) => event.source.eventId))
        for (const name of acknowledged) expect(held.has(name)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a request with an Idempotency-Key', () => {
  it('gives the first answer again, at once, later and after a restart', async () => {
    const { writer, open, checkLedger } = await setUp()
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
    checkLedger(again)
  })

  it('is refused when the key comes with another body, and kept apart by tenant', async () => {
    const { open } = await setUp()
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

describe('a restart', () => {
  it('without any snapshot rebuilds tree and filter from the events', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    for (let index = 0; index < 700; index += 1)
      await ledger.append({ drafts: [draft(`${index}`)] })
    const { rootHash } = ledger.status()
    writer.tiles.clear()
    const again = await open()
    expect(again.status().rootHash).toEqual(rootHash)
    expect(await again.append({ drafts: [draft('699')] })).toMatchObject({ duplicates: 1 })
    checkLedger(again)
  })

  it('uses the saved tiles and reads only the events after them', async () => {
    const { writer, open, checkLedger } = await setUp()
    const ledger = await open()
    await ledger.append({ drafts: Array.from({ length: 600 }, () => draft()) })
    await ledger.close()
    const readFrom: number[] = []
    const read = writer.canonicalFrom.bind(writer)
    writer.canonicalFrom = (fromSeq) => {
      readFrom.push(fromSeq)
      return read(fromSeq)
    }
    const again = await open()
    expect(readFrom).toEqual([512])
    checkLedger(again)
  })

  it('notices events that do not give the saved root', async () => {
    const { writer, open } = await setUp()
    const ledger = await open()
    await ledger.append({ drafts: [draft('a'), draft('b')] })
    await ledger.close()
    const [first] = writer.rows
    if (first === undefined) throw new Error('not stored')
    writer.rows.splice(0, 1, { ...first, canonical: first.canonical.replace('push', 'pull') })
    expect((await open()).status().contradiction).toContain('size 2')
  })

  it('counts what is gone, and gives no place in the ledger out twice', async () => {
    const { writer, open } = await setUp()
    const ledger = await open()
    await ledger.append({ drafts: [draft('a'), draft('b'), draft('c')] })
    await ledger.close()
    writer.rows.splice(1)
    const again = await open()
    expect(again.status().contradiction).toContain(
      '3 events were recorded, the store holds 1: 2 are missing',
    )
    expect(again.status().size).toBe(3)
  })

  it('notices that the saved head is gone', async () => {
    const { writer, open } = await setUp()
    const ledger = await open()
    await ledger.append({ drafts: [draft()] })
    await ledger.close()
    writer.head = undefined
    expect((await open()).status().contradiction).toContain('the saved tree head is missing')
  })
})

describe('a live reader', () => {
  it('is woken by the next event, by its own end and by the close of the ledger', async () => {
    const { open } = await setUp()
    const ledger = await open()
    const never = new AbortController()
    const woken = ledger.waitForSizeOver(0, never.signal)
    await ledger.append({ drafts: [draft()] })
    expect(await woken).toBe(1)
    const ended = new AbortController()
    const ending = ledger.waitForSizeOver(1, ended.signal)
    ended.abort()
    expect(await ending).toBe(1)
    const closing = ledger.waitForSizeOver(1, never.signal)
    await ledger.close()
    expect(await closing).toBe(1)
  })
})
