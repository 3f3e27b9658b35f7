import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DiskVolume, makeDiskVolume } from '../support/disk-volume.ts'
import { eventually } from '../support/eventually.ts'
import { expectStored, Sender } from '../support/sender.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const VOLUME_MEBIBYTES = 96
/** More batches than fit into the two segments that a journal has room for at first. */
const BATCHES_MAX = 500

let dataDirectory: string
let volume: DiskVolume
let waybill: WaybillProcess

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-full-'))
})

/** Starts a server that has a part of its data on a volume of its own. */
async function start(part: string): Promise<Sender> {
  volume = await makeDiskVolume(join(dataDirectory, part), VOLUME_MEBIBYTES)
  waybill = await startWaybill({ dataDirectory })
  const sender = new Sender()
  await sender.sendAll(waybill, 5)
  await expectStored(waybill, sender)
  return sender
}

afterEach(async () => {
  await waybill?.kill()
  await volume?.remove()
  rmSync(dataDirectory, { recursive: true })
})

const readyText = async () => (await waybill.request('/readyz')).text()

async function killAndRestart() {
  await waybill.kill()
  waybill = await waybill.restart()
}

test('while the disk of the engine is full events are taken, and read later', async () => {
  const sender = await start('clickhouse')
  await eventually(
    async () => {
      // What the engine has removed meanwhile is filled again.
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
  expect(await answer.text()).toContain('those that were accepted are in the journal')
  expect(await jsonOf(waybill.request('/v1/status'))).toMatchObject({
    ledger: { reads: 'unavailable', behind: { events: expect.any(Number) } },
  })
  await sender.sendAll(waybill, 20)

  await killAndRestart()
  await sender.sendAll(waybill, 20)
  volume.free()
  await eventually(readyText, (text) => text === 'ready\n', { what: 'reads are answered' })
  await expectStored(waybill, sender)
})

test('while the disk of the journal is full events are refused, and all others read', async () => {
  const sender = await start('ledger')
  let refusal: Response | undefined
  for (let sent = 0; refusal === undefined && sent < BATCHES_MAX; sent += 1) {
    // A segment that the store has all events of makes room for the next one.
    volume.fill()
    const response = await sender.send(waybill)
    if (response.status !== 201) refusal = response
  }
  expect(refusal?.status).toBe(503)
  expect(Number(refusal?.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(await readyText()).toMatch(/^the journal (accepts no events|is full)\n$/)
  await expectStored(waybill, sender)

  await killAndRestart()
  await expectStored(waybill, sender)
  expect((await sender.send(waybill)).status).toBe(503)
  volume.free()
  await eventually(
    async () => (await sender.send(waybill)).status,
    (status) => status === 201,
    { what: 'events are taken' },
  )
  expect(await readyText()).toBe('ready\n')
  await expectStored(waybill, sender)
})

test('a start that must change the schema is refused on a disk that is nearly full', async () => {
  volume = await makeDiskVolume(join(dataDirectory, 'clickhouse'), 12)
  await expect(startWaybill({ dataDirectory })).rejects.toThrow(
    /the schema of the store must be updated, .* free 16777216 bytes and start again/,
  )
})
