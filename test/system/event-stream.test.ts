import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
})

afterAll(() => waybill.stop())

async function send(body: unknown, token = waybill.adminToken): Promise<number> {
  const response = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  return response.status
}

async function create<Body>(path: string, body: unknown): Promise<Body> {
  const response = await waybill.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  return jsonOf(response)
}

async function tokenOf(tenant: string, more: object = {}) {
  const roles = ['administrator']
  const { id } = await create<{ id: string }>('/v1/users', { name: 'reader', tenant, roles })
  const token = { user: id, scopes: ['admin'], ...more }
  return create<{ id: string; token: string }>('/v1/tokens', token)
}

/** Reads a stream until it holds as many events as are wanted; answers their ids. */
async function idsOf(path: string, wanted: number, headers: Record<string, string> = {}) {
  const stop = new AbortController()
  const response = await waybill.request(path, { headers, signal: stop.signal })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  // A proxy that compresses would hold events back.
  expect(response.headers.get('cache-control')).toBe('no-store, no-transform')
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if ((text.match(/^event: event\n/gm) ?? []).length >= wanted) break
  }
  stop.abort()
  return [...text.matchAll(/^id: (\d+)\nevent: event\ndata: (.*)\n\n/gm)].map(([, id, data]) => {
    expect(JSON.parse(data ?? '').seq).toBe(Number(id))
    return Number(id)
  })
}

test('a stream begins where it is told, goes on live, and continues by Last-Event-ID', async () => {
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  await send([{ action: 'image.push' }, { action: 'image.pull' }, { action: 'image.push' }])
  const ids = [0, 1, 2, 3, 4].map((offset) => size + offset)
  expect(await idsOf(`/v1/events/stream?after=${size - 1}`, 3)).toEqual(ids.slice(0, 3))
  expect(await idsOf('/v1/events/stream?after=-1&action=image.push', 2)).toEqual([ids[0], ids[2]])
  expect(await idsOf('/v1/events/stream', 1, { 'Last-Event-ID': `${ids[1]}` })).toEqual([ids[2]])

  const live = idsOf(`/v1/events/stream?after=${ids[2]}`, 2)
  await send({ action: 'image.push' })
  await send({ action: 'image.push' })
  expect(await live).toEqual([ids[3], ids[4]])
})

test('a long backlog arrives whole, in order and once', async () => {
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  await send(Array.from({ length: 2500 }, () => ({ action: 'image.pull' })))
  const ids = await idsOf(`/v1/events/stream?after=${size - 1}`, 2500)
  expect(ids).toEqual(Array.from({ length: 2500 }, (_, index) => size + index))
})

test('a stream shows no event of another tenant', async () => {
  const red = await tokenOf('red')
  const headers = { Authorization: `Bearer ${red.token}` }
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  const live = idsOf('/v1/events/stream?after=-1&source=api', 1, headers)
  await send({ action: 'image.push' })
  await send({ action: 'image.push' }, red.token)
  expect(await live).toEqual([size + 1])
})

test('a revoked token ends the stream that it opened', async () => {
  const blue = await tokenOf('blue')
  const headers = { Authorization: `Bearer ${blue.token}` }
  const stream = await waybill.request('/v1/events/stream', { headers })
  const whole = stream.text()
  await waybill.request(`/v1/tokens/${blue.id}`, { method: 'DELETE' })
  // The next event wakes the stream; it must end without showing it.
  await send({ action: 'image.push', tenant: 'blue' })
  expect(await whole).not.toContain('image.push')
})

test('a token that expires is refused from then on', async () => {
  const expiresAt = new Date(Date.now() + 2000).toISOString()
  const green = await tokenOf('green', { expiresAt })
  const ask = () =>
    waybill.request('/v1/events', { headers: { Authorization: `Bearer ${green.token}` } })
  expect((await ask()).status).toBe(200)
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(401)
})
