import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHttp } from '../../src/store/clickhouse/connection/connection-http.ts'
import { type DiskVolume, makeDiskVolume } from '../support/disk-volume.ts'
import { eventually } from '../support/eventually.ts'
import { type InsertProxy, startInsertProxy } from '../support/insert-proxy.ts'
import { expectStored, Sender } from '../support/sender.ts'
import { type ClickHouseServer, startClickHouseServer } from '../support/store-clickhouse-server.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** Rows of several packets, so that a connection can be cut between them. */
const BATCH = { batchEvents: 500, messageBytes: 2000 }
const MOMENTS = ['in its rows', 'after its rows', 'before its answer'] as const

let folder: string
let volume: DiskVolume
let clickhouse: ClickHouseServer
let proxy: InsertProxy
let waybill: WaybillProcess
const sender = new Sender(BATCH)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-faults-'))
  volume = await makeDiskVolume(join(folder, 'clickhouse'), 128)
  clickhouse = await startClickHouseServer(volume.directory)
  proxy = await startInsertProxy(clickhouse.url)
  waybill = await startWaybill({
    dataDirectory: join(folder, 'waybill'),
    arguments: ['--store', `${proxy.url}/waybill`, '--ledger-acknowledge', 'journal'],
  })
})

afterAll(async () => {
  await waybill?.kill()
  await proxy?.close()
  await clickhouse?.stop()
  await volume?.remove()
  rmSync(folder, { recursive: true })
})

const readyText = async () => (await waybill.request('/readyz')).text()

async function expectStoredOnceRead() {
  await eventually(
    async () => (await waybill.request('/v1/events?limit=1')).status,
    (status) => status === 200,
    { what: 'reads are answered' },
  )
  await expectStored(waybill, sender)
}

test.each(MOMENTS)('a connection that is cut %s loses and doubles nothing', async (moment) => {
  const cut = proxy.cutNext(moment)
  await sender.sendAll(waybill, 2)
  await cut
  await expectStoredOnceRead()
})

test.each(MOMENTS)('a server that is killed in an insert, %s, loses nothing', async (moment) => {
  const cut = proxy.cutNext(moment)
  await sender.sendAll(waybill, 2)
  await cut
  await clickhouse.kill()
  await sender.sendAll(waybill, 2)
  await clickhouse.restart()
  await expectStoredOnceRead()
})

test('a server whose disk is full gets everything in order once it has room', async () => {
  await eventually(
    async () => {
      volume.fill()
      await sender.sendAll(waybill, 1)
      return readyText()
    },
    (text) => text === 'ready\nreads: unavailable\n',
    { what: 'the insert fails' },
  )
  const answer = await waybill.request('/v1/events')
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  const connection = await openHttp(`${clickhouse.url}/waybill`)
  const large = connection.rows({ sql: `SELECT repeat('x', 1000000) FROM numbers(100)` })
  await expect(large).rejects.toMatchObject({ code: 'store.unavailable' })
  await connection.close()
  await waybill.kill()
  waybill = await waybill.restart()
  await sender.sendAll(waybill, 5)
  volume.free()
  await expectStoredOnceRead()
})
