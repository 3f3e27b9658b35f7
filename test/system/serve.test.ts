import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { jsonOf, startWaybill } from '../support/waybill-process.ts'

let dataDirectory: string

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'waybill-serve-'))
})

afterEach(() => {
  rmSync(dataDirectory, { recursive: true })
})

const EVENT = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ action: 'image.push' }),
}

test('the first start writes secrets that only their owner can read', async () => {
  const waybill = await startWaybill({ dataDirectory })
  for (const name of ['admin-token', 'origin']) {
    expect(statSync(join(dataDirectory, name)).mode & 0o777).toBe(0o600)
  }
  expect(await waybill.stop()).toBe(0)
})

test('a restart keeps events, origin, token and cursors', async () => {
  const first = await startWaybill({ dataDirectory })
  for (let sent = 0; sent < 3; sent += 1) await first.request('/v1/events', EVENT)
  const page = await jsonOf<{ next: string }>(first.request('/v1/events?limit=1'))
  const ledger = await jsonOf<{ size: number }>(first.request('/v1/ledger'))
  const { size } = ledger
  expect(await first.stop()).toBe(0)

  const second = await first.restart()
  expect(second.adminToken).toBe(first.adminToken)
  expect(await jsonOf(second.request('/v1/ledger'))).toEqual(ledger)
  const next = await second.request(`/v1/events?limit=2&cursor=${page.next}`)
  const { events } = await jsonOf<{ events: { seq: number }[] }>(next)
  expect(events.map(({ seq }) => seq)).toEqual([size - 2, size - 3])
  expect(await second.stop()).toBe(0)
})

test('a lost token file is not replaced without the holder knowing', async () => {
  const first = await startWaybill({ dataDirectory })
  const list = await jsonOf<{ tokens: unknown[] }>(first.request('/v1/tokens'))
  expect(list.tokens).toHaveLength(1)
  await first.stop()
  rmSync(join(dataDirectory, 'admin-token'))
  // The harness misses the file once the server is ready.
  await expect(startWaybill({ dataDirectory })).rejects.toThrow('admin-token')
})

test('another origin in the configuration than in the data stops the start', async () => {
  const first = await startWaybill({ dataDirectory, arguments: ['--origin', 'north'] })
  await first.stop()
  expect(readFileSync(join(dataDirectory, 'origin'), 'utf8')).toBe('north\n')
  await expect(startWaybill({ dataDirectory, arguments: ['--origin', 'south'] })).rejects.toThrow(
    'is north, but the configuration says south',
  )
})

test('a stop answers what is under way, ends open streams and stores what it said', async () => {
  const waybill = await startWaybill({ dataDirectory })
  const stream = await waybill.request('/v1/events/stream?after=-1')
  const streamed = stream.text()
  const lines = Array.from({ length: 5000 }, () => '{"action":"image.push"}').join('\n')
  const appended = waybill
    .request('/v1/events', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: lines,
    })
    .then(({ status }) => status)
  await waybill.request('/healthz')
  expect(await waybill.stop()).toBe(0)
  await streamed
  // It may have come too late to be taken; then it was refused, never lost after a 201.
  const status = await appended.catch(() => 503)
  expect([201, 503]).toContain(status)

  const again = await waybill.restart()
  const { count } = await jsonOf<{ count: number }>(again.request('/v1/events/count?source=api'))
  expect(count).toBe(status === 201 ? 5000 : 0)
  await again.stop()
})

test('no token, password or cookie gets into the log', async () => {
  const waybill = await startWaybill({ dataDirectory, arguments: ['--log-level', 'trace'] })
  const secret = waybill.adminToken
  await waybill.request(`/v1/sources/distribution/a?token=${secret}`, { method: 'POST' })
  await waybill.request(`/v1/nothing?token=${secret}`, { headers: { Cookie: `a=${secret}` } })
  await waybill.request('/v1/users', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'alice', password: 'correct horse' }),
  })
  await waybill.stop()
  expect(waybill.log()).toContain('Server listening')
  expect(waybill.log()).not.toContain(secret)
  expect(waybill.log()).not.toContain('correct horse')
})

test('an address that is taken is said in one line, and the process ends', async () => {
  const first = await startWaybill({ dataDirectory })
  const other = mkdtempSync(join(tmpdir(), 'waybill-serve-'))
  writeFileSync(join(other, 'admin-token'), '')
  const second = startWaybill({
    dataDirectory: other,
    arguments: ['--listen', new URL(first.url).host],
  })
  await expect(second).rejects.toThrow('EADDRINUSE')
  rmSync(other, { recursive: true })
  await first.stop()
})

test('a store that is not there is said with the reason, and without its password', async () => {
  const port = await freePort()
  const store = `http://user:secret-of-the-store@127.0.0.1:${port}/waybill`
  const start = startWaybill({ dataDirectory, arguments: ['--store', store] })
  const said = String(await start.catch((error: unknown) => error))
  expect(said).toContain('ECONNREFUSED')
  expect(said).not.toContain('secret-of-the-store')
})
