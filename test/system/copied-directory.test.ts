import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-copied-'))
const [original, copy] = [join(folder, 'original'), join(folder, 'copy')]
let waybill: WaybillProcess
let copied: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill({ dataDirectory: original })
  expect((await send(waybill)).status).toBe(201)
  await waybill.stop()
  cpSync(original, copy, { recursive: true })
  waybill = await waybill.restart()
  copied = await startWaybill({ dataDirectory: copy })
})

afterAll(async () => {
  await Promise.all([waybill?.stop(), copied?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

function send(to: WaybillProcess): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' }
  const body = '{"action":"image.push"}'
  return to.request('/v1/events', { method: 'POST', headers, body })
}

test('of a data directory that runs twice, the copy signs and takes nothing', async () => {
  expect((await send(copied)).status).toBe(503)
  expect((await copied.request('/v1/ledger/checkpoint')).status).toBe(503)
  const status = await jsonOf<{ ledger: { readOnly: string } }>(copied.request('/v1/status'))
  expect(status.ledger.readOnly).toMatch(/copy.*waybill recover --copy/)
  expect((await copied.request('/v1/events?limit=1')).status).toBe(200)
  expect((await send(waybill)).status).toBe(201)
})
