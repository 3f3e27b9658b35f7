import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import type { Ledger } from '../../../../src/ledger/ledger.ts'
import { openLedger } from '../../../../src/ledger/open-ledger.ts'
import { createMetrics } from '../../../../src/server/observe/metrics.ts'
import { storeCalls } from '../../../../src/server/tasks/called-sources.ts'
import type { CallIntake } from '../../../../src/sources/called-source.ts'
import type { Translation } from '../../../../src/sources/source.ts'
import { ArrayEventWriter } from '../../../support/array-event-writer.ts'
import { eventually } from '../../../support/eventually.ts'
import { FaultyFiles } from '../../../support/faulty-files.ts'

let directory: string
let writer: ArrayEventWriter
let files: FaultyFiles
let ledger: Ledger
let intake: CallIntake | undefined
let stopping: AbortController
let storing: Promise<void>
let warnings: unknown[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-called-'))
  writer = new ArrayEventWriter()
  files = new FaultyFiles()
  const journal = { startThread: files.start }
  ledger = await openLedger({ origin: 'test', writer, dataDirectory: directory, journal })
  warnings = []
  stopping = new AbortController()
  const listening = {
    begin: (begun: CallIntake) => {
      intake = begun
    },
    close: async () => undefined,
  }
  const source = {
    ...{ kind: 'docker-authz', name: 'host1', tenant: 'edge' },
    listen: async () => listening,
  }
  const services = {
    context: { ledger, clock: createClock(), defaultTenant: 'default' },
    metrics: createMetrics(ledger),
    log: { warn: (...told: unknown[]) => void warnings.push(told) },
  }
  storing = storeCalls({ source, listening }, services, stopping.signal)
})

afterEach(async () => {
  await stop()
  await ledger.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Ends the source, and waits until what it gave can be read. */
async function stop(): Promise<void> {
  stopping.abort()
  await storing
  await ledger.whenReadable(ledger.status().size)
}

function heard(...names: readonly string[]): Translation {
  const events = names.map((name) => ({ action: 'container.start', target: { name } }))
  return { events, deadLetters: [], skipped: {} }
}

const stored = () => writer.rows.map(({ event }) => event)

const storedUntil = (count: number) =>
  eventually(
    async () => stored(),
    ({ length }) => length >= count,
    { what: 'events are stored' },
  )

test('what a call tells is stored soon, in the tenant and by the name of its source', async () => {
  intake?.take(heard('web'))
  expect(await storedUntil(1)).toMatchObject([
    { tenant: 'edge', source: { kind: 'docker-authz', name: 'host1' }, target: { name: 'web' } },
  ])
})

test('what the disk refuses is stored when it is back, once and in order', async () => {
  files.nextFates = ['fail', 'write half and fail', 'write and fail']
  intake?.take(heard('a'))
  await eventually(
    async () => warnings,
    ({ length }) => length >= 1,
    { what: 'a refusal' },
  )
  intake?.take(heard('b'))
  const events = await storedUntil(2)
  await stop()
  expect(events.map(({ target }) => target?.name)).toEqual(['a', 'b'])
  expect(stored()).toHaveLength(2)
})

test('a stop stores what waits', async () => {
  intake?.take(heard('a', 'b'))
  await stop()
  expect(stored().map(({ target }) => target?.name)).toEqual(['a', 'b'])
})

test('what there is no room for is counted and recorded as a gap', async () => {
  files.nextFates = ['hang']
  intake?.take(heard('first'))
  await eventually(
    async () => files.nextFates,
    (fates) => fates.length === 0,
    { what: 'the disk hangs' },
  )
  const count = 20_050
  for (let index = 0; index < count; index += 1) intake?.take(heard(`n${index}`))
  files.release()
  await stop()
  const gaps = stored().filter(({ action }) => action === 'source.gap')
  expect(gaps).toMatchObject([
    {
      tenant: 'edge',
      source: { kind: 'waybill', name: 'test' },
      level: 'warn',
      target: { type: 'source', name: 'docker-authz/host1' },
      details: { count: 50, source: { kind: 'docker-authz', name: 'host1' } },
    },
  ])
  expect(stored()).toHaveLength(1 + 20_000 + 1)
})

test('what cannot be read, or is no event, is kept as a dead letter', async () => {
  const letter = { reason: 'a call is too large', body: Buffer.from('{"bytes":1}') }
  intake?.take({ events: [{ action: 'nonsense' }], deadLetters: [letter], skipped: {} })
  expect(await storedUntil(2)).toMatchObject([
    { action: 'source.dead-letter', tenant: 'edge', source: { kind: 'docker-authz' } },
    { action: 'source.dead-letter', details: { reason: 'a call is too large' } },
  ])
})
