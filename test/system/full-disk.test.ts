import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { checkLedger } from '../support/ledger-check.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const DISK_BYTES = 256 * 1024 * 1024
/** What the filler leaves, so that a few requests still fit before the disk is full. */
const LEFT_FREE_BYTES = 2 * 1024 * 1024
const BATCH_EVENTS = 500
/** More batches than could fit into what is left. */
const BATCHES_MAX = 2000

const disk = mkdtempSync(join(tmpdir(), 'waybill-full-disk-'))
const filler = join(disk, 'filler')
let waybill: WaybillProcess

beforeAll(async () => {
  await run('mount', '-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk).catch((cause) => {
    throw new Error('this test fills a disk of its own: run it as root, who may mount a tmpfs', {
      cause,
    })
  })
  waybill = await startWaybill({ dataDirectory: join(disk, 'data') })
})

afterAll(async () => {
  await waybill?.kill()
  await run('umount', disk)
  rmSync(disk, { recursive: true })
})

test('a full disk is answered 503 and loses nothing, and freeing it is enough', async () => {
  const acknowledged = new Set<string>()
  await append(acknowledged)
  await expectNoCutOffExport()
  truncateSync(filler, statSync(filler).size - LEFT_FREE_BYTES)

  const refusal = await appendUntilRefused(acknowledged)
  expect(refusal.status).toBe(503)
  expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect((await waybill.request('/healthz')).status).toBe(200)
  await expectNotReady()
  await expectNoReads()

  rmSync(filler)
  await eventually(
    async () => (await append(acknowledged)).status,
    (status) => status === 201,
    { what: 'events are taken again' },
  )
  await eventually(
    async () => (await waybill.request('/readyz')).text(),
    (text) => text === 'ready\n',
    { what: 'the server is ready again, for reads too' },
  )
  await expectStoredOnce(acknowledged)

  await waybill.kill()
  waybill = await waybill.restart()
  await expectStoredOnce(acknowledged)
})

async function expectNotReady() {
  const answer = await waybill.request('/readyz')
  expect(await answer.text()).toMatch(/^(the journal takes no events|the journal is full)\n$/)
  expect(answer.status).toBe(503)
}

/** What was accepted and is not in the store yet must not be missing from an answer. */
async function expectNoReads() {
  const answer = await waybill.request('/v1/events')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('those that were accepted are in the journal')
}

/** Fills the disk, so that not even a small file fits. */
async function expectNoCutOffExport() {
  expect((await waybill.request('/v1/events')).status).toBe(200)
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(bavail * bsize))
  const answer = await waybill.request('/v1/events/export?format=parquet')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('is the disk full?')
}

async function appendUntilRefused(acknowledged: Set<string>): Promise<Response> {
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const response = await append(acknowledged)
    if (response.status !== 201) return response
  }
  throw new Error(`${BATCHES_MAX} batches were taken, and the disk is still not full`)
}

/** Sends one batch, and remembers its events once they are acknowledged. */
async function append(acknowledged: Set<string>): Promise<Response> {
  const names = Array.from({ length: BATCH_EVENTS }, () => randomUUID())
  const response = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(
      // Random text does not compress: the disk fills in a few seconds.
      names.map((eventId) => ({
        source: { eventId },
        action: 'image.push',
        message: Array.from({ length: 8 }, () => randomUUID()).join(' '),
      })),
    ),
  })
  await response.arrayBuffer()
  if (response.status === 201) for (const name of names) acknowledged.add(name)
  return response
}

async function expectStoredOnce(names: ReadonlySet<string>) {
  const stored = (await checkLedger(waybill)).map((event) => event.source.eventId ?? event.id)
  expect(new Set(stored).size).toBe(stored.length)
  const held = new Set(stored)
  expect([...names].filter((name) => !held.has(name))).toEqual([])
}
