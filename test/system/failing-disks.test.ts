import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type DiskVolume, makeDiskVolume } from '../support/disk-volume.ts'
import { eventually } from '../support/eventually.ts'
import { expectStored, Sender } from '../support/sender.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const VOLUME_MEBIBYTES = 128

let dataDirectory: string
let volume: DiskVolume
let waybill: WaybillProcess

/** Starts a server that has a part of its data, or all, on a volume of its own. */
async function start(part: string): Promise<Sender> {
  dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-failing-'))
  volume = await makeDiskVolume(join(dataDirectory, part), VOLUME_MEBIBYTES)
  waybill = await startWaybill({ dataDirectory })
  const sender = new Sender()
  await sender.sendAll(waybill, 3)
  await expectStored(waybill, sender)
  return sender
}

afterEach(async () => {
  await waybill?.kill()
  await volume?.remove()
  rmSync(dataDirectory, { recursive: true })
})

const readyText = async () => (await waybill.request('/readyz')).text()

/** As an operator does: the disk is repaired while nothing uses it. */
async function repairAndRestart() {
  await waybill.kill()
  await volume.repair()
  waybill = await waybill.restart()
}

test('while the disk of the engine fails events are taken, and read once it works', async () => {
  const sender = await start('clickhouse')
  await volume.fail()
  await sender.sendAll(waybill, 3)
  await eventually(readyText, (text) => text === 'ready\nreads: unavailable\n', {
    what: 'the insert fails',
  })
  const answer = await waybill.request('/v1/events')
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(await jsonOf(waybill.request('/v1/status'))).toMatchObject({
    ledger: { reads: 'unavailable' },
  })
  await sender.sendAll(waybill, 20)
  await repairAndRestart()
  await eventually(readyText, (text) => text === 'ready\n', { what: 'reads are answered' })
  await expectStored(waybill, sender)
})

test.each([
  ['the journal', 'ledger'],
  ['journal and engine', ''],
])('events are refused while the disk of %s fails, and no others are lost', async (_, part) => {
  const sender = await start(part)
  await sender.sendAll(waybill, 3)
  await volume.fail()
  for (let sent = 0; sent < 3; sent += 1) {
    const refusal = await sender.send(waybill)
    expect(refusal.status).toBe(503)
    expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(0)
  }
  expect(await readyText()).toMatch(/^the journal accepts no events\n/)
  expect((await waybill.request('/healthz')).status).toBe(200)
  await repairAndRestart()
  await sender.sendAll(waybill, 3)
  await expectStored(waybill, sender)
  expect(await readyText()).toBe('ready\n')
})
