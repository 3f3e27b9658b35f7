import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parseNewEvent } from '../../src/core/boundary/parse-event.ts'
import type { Draft } from '../../src/core/event/draft.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import type { EventWriter } from '../../src/ledger/event-writer.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { type OpenLedgerOptions, openLedger } from '../../src/ledger/open-ledger.ts'
import { GrowingTree, leafHash } from '../../src/ledger/tree/merkle-tree.ts'
import { ArrayEventWriter } from './array-event-writer.ts'
import { FaultyFiles } from './faulty-files.ts'

const clock = createClock()

/** What one test works with. A test that ran out of time and goes on disturbs no other. */
export async function setUpLedger() {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-ledger-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const writer = new ArrayEventWriter()
  const files = new FaultyFiles()
  let life = 0
  const open = (options: Partial<OpenLedgerOptions> = {}) => {
    const own = life
    const connection = whileAlive(writer, () => own === life)
    return openLedger({
      ...{ origin: 'test', writer: connection, dataDirectory: directory, queueEventsMax: 1000 },
      journal: { startThread: files.start, segmentBytes: 8192 },
      ...options,
    })
  }
  /** What is open goes on, but nothing that it does has an effect any more. */
  const crash = () => {
    life += 1
    files.crash()
  }
  /** What must hold after every step: no gap, no event twice, the root of the stored events. */
  const checkLedger = async (ledger: Ledger): Promise<void> => {
    await ledger.whenReadable(ledger.status().size)
    const tree = new GrowingTree()
    for (const row of writer.rows) tree.append(leafHash(row.canonical))
    expect(ledger.status().size).toBe(writer.rows.length)
    expect(ledger.status().rootHash).toEqual(tree.root())
    expect(ledger.status().contradiction).toBeUndefined()
    const names = writer.rows.flatMap(({ event }) => event.source.eventId ?? [])
    expect(new Set(names).size).toBe(names.length)
  }
  return { directory, writer, files, open, crash, checkLedger }
}

/** A connection to the store that ends with its process, also in the middle of an insert. */
function whileAlive(writer: ArrayEventWriter, isAlive: () => boolean): EventWriter {
  return new Proxy(writer, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]) => {
        if (!isAlive()) throw new Error('the process was killed')
        return member.apply(target, values)
      }
    },
  })
}

/** An event of `default`, received now unless another moment is given. */
export function draft(eventId?: string, time?: string, receivedMicros = clock()): Draft {
  const reception = {
    receivedMicros,
    tenant: 'default',
    anyTenant: true,
    source: { kind: 'api', name: 'test' },
  }
  const source = eventId === undefined ? {} : { eventId }
  return parseNewEvent({ action: 'image.push', source, ...(time ? { time } : {}) }, reception)
}

/** An Idempotency-Key of a sender of `default`. */
export const key = (name: string, body: string) => ({
  tenant: 'default',
  key: name,
  bodySha256: body.padEnd(64, '0'),
  receivedMicros: clock(),
})
