import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
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
/** Requests of Docker at once, and more of them than could fit where a batch did not. */
const ASKED_AT_ONCE = 100
const ASKED_MAX = 5000

const disk = mkdtempSync(join(tmpdir(), 'waybill-full-disk-'))
const filler = join(disk, 'filler')
const plugin = join(disk, 'plugin.sock')
let waybill: WaybillProcess

beforeAll(async () => {
  await run('mount', '-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', disk).catch((cause) => {
    throw new Error('this test fills a disk of its own: run it as root, who may mount a tmpfs', {
      cause,
    })
  })
  const configuration = join(disk, 'waybill.json')
  const sources = { dockerAuthz: [{ name: 'host1', socket: plugin }] }
  writeFileSync(configuration, JSON.stringify({ sources }))
  const dataDirectory = join(disk, 'data')
  waybill = await startWaybill({ dataDirectory, arguments: ['--config', configuration] })
})

afterAll(async () => {
  await waybill?.kill()
  await run('umount', disk)
  rmSync(disk, { recursive: true })
})

test('a full disk is answered 503 and loses nothing, and freeing it is enough', async () => {
  const acknowledged = new Set<string>()
  await append(acknowledged)
  await expectWholeExport()
  truncateSync(filler, statSync(filler).size - LEFT_FREE_BYTES)

  const refusal = await appendUntilRefused(acknowledged)
  expect(refusal.status).toBe(503)
  expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect((await waybill.request('/healthz')).status).toBe(200)
  await expectNotReady()
  await expectNoReads()
  const allowed = await askUntilDenied()
  await waybill.kill()
  waybill = await waybill.restart()
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
  expect(await askPlugin('last')).toEqual({ Allow: true })

  await waybill.kill()
  waybill = await waybill.restart()
  await expectStoredOnce(acknowledged, [...allowed, 'last'])
})

async function expectNotReady() {
  const answer = await waybill.request('/readyz')
  expect(await answer.text()).toMatch(/^(the journal accepts no events|the journal is full)\n$/)
  expect(answer.status).toBe(503)
}

/** What was accepted and is not in the store yet must not be missing from an answer. */
async function expectNoReads() {
  const answer = await waybill.request('/v1/events')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('those that were accepted are in the journal')
}

/** What a batch did not fit into may have room for a few requests. Resolves with their volumes. */
async function askUntilDenied(): Promise<readonly string[]> {
  const allowed: string[] = []
  for (let asked = 0; asked < ASKED_MAX; asked += ASKED_AT_ONCE) {
    const names = Array.from({ length: ASKED_AT_ONCE }, () => `volume-${randomUUID()}`)
    const decisions = await Promise.all(names.map(askPlugin))
    allowed.push(...names.filter((_, index) => decisions[index]?.Allow))
    const denied = decisions.find(({ Allow }) => !Allow)
    if (denied === undefined) continue
    expect(denied.Msg).toContain('the ledger cannot be written; its disk may be full')
    return allowed
  }
  throw new Error(`${ASKED_MAX} requests were allowed, and the disk is still not full`)
}

interface Decision {
  readonly Allow: boolean
  readonly Msg?: string
}

/** Asks as Docker does, before it creates a volume. */
async function askPlugin(volume: string): Promise<Decision> {
  const path = '/AuthZPlugin.AuthZReq'
  const sent = request({ socketPath: plugin, agent: false, method: 'POST', path })
  const body = Buffer.from(JSON.stringify({ Name: volume })).toString('base64')
  const call = { RequestMethod: 'POST', RequestUri: '/volumes/create', RequestBody: body }
  sent.end(JSON.stringify(call))
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const part of answer) text += part
  return JSON.parse(text)
}

/** Fills the disk, so that not even a small file fits: a download needs none. */
async function expectWholeExport() {
  expect((await waybill.request('/v1/events')).status).toBe(200)
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(filler, Buffer.alloc(bavail * bsize))
  const answer = await waybill.request('/v1/events/export?format=parquet')
  expect(answer.status).toBe(200)
  expect(
    Buffer.from(await answer.arrayBuffer())
      .subarray(-4)
      .toString(),
  ).toBe('PAR1')
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

/** @param volumes what Docker was allowed to create. */
async function expectStoredOnce(names: ReadonlySet<string>, volumes: readonly string[] = []) {
  const events = await checkLedger(waybill)
  const pending = events.filter(({ outcome }) => outcome === 'pending')
  const recorded = new Set(pending.map(({ target }) => target?.name))
  expect(volumes.filter((volume) => !recorded.has(volume))).toEqual([])
  const stored = events.map((event) => event.source.eventId ?? event.id)
  expect(new Set(stored).size).toBe(stored.length)
  const held = new Set(stored)
  expect([...names].filter((name) => !held.has(name))).toEqual([])
}
