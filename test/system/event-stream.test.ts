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

test('events that arrive while a backlog is read follow it, in order and once', async () => {
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  const batch = ['image.pull', 'image.push', 'image.pull'].map((action) => ({ action }))
  await send(Array.from({ length: 400 }, () => batch).flat())
  const pushes = 1200
  const ids = idsOf(`/v1/events/stream?after=${size - 1}&action=image.push`, pushes)
  const write = async () => {
    for (let sent = 0; sent < 50; sent += 1) await send([batch, batch, batch, batch].flat())
  }
  await Promise.all([write(), write(), write(), write()])
  const expected = Array.from({ length: pushes }, (_, index) => size + 1 + 3 * index)
  expect(await ids).toEqual(expected)
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

/** What a client without headers uses, for a token. */
async function ticketOf(token: string): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` }
  const response = await waybill.request('/v1/events/stream/tickets', { method: 'POST', headers })
  expect(response.status).toBe(201)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return (await jsonOf<{ ticket: string }>(response)).ticket
}

/** Asks as a client does that cannot send a header. */
const askWithout = (path: string) => fetch(`${waybill.url}${path}`)

test('a ticket opens the stream as its token does, also again, and nothing else', async () => {
  const pink = await tokenOf('pink')
  const ticket = await ticketOf(pink.token)
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  await send({ action: 'image.push' })
  await send({ action: 'image.push' }, pink.token)
  const path = `/v1/events/stream?source=api&after=-1&ticket=${ticket}`
  const none = { Authorization: '' }
  expect(await idsOf(path, 1, none)).toEqual([size + 1])
  await send({ action: 'image.pull' }, pink.token)
  const since = { ...none, 'Last-Event-ID': `${size + 1}` }
  expect(await idsOf(path, 1, since)).toEqual([size + 2])
  for (const other of ['/v1/events?', '/v1/events/export?', '/v1/events/count?']) {
    expect((await askWithout(`${other}ticket=${ticket}`)).status, other).toBe(401)
  }
  const bearer = { Authorization: `Bearer ${ticket}` }
  expect((await waybill.request('/v1/events/stream', { headers: bearer })).status).toBe(401)
})

test('a ticket has one connection at a time: another one ends the first', async () => {
  const ticket = await ticketOf(waybill.adminToken)
  const first = await askWithout(`/v1/events/stream?ticket=${ticket}`)
  const whole = first.text()
  const stop = new AbortController()
  const second = await fetch(`${waybill.url}/v1/events/stream?ticket=${ticket}`, {
    signal: stop.signal,
  })
  expect(second.status).toBe(200)
  await whole
  stop.abort()
})

test('a ticket is revoked with its token, and so is the stream that it opened', async () => {
  const brown = await tokenOf('brown')
  const ticket = await ticketOf(brown.token)
  const stream = await askWithout(`/v1/events/stream?ticket=${ticket}`)
  expect(stream.status).toBe(200)
  const whole = stream.text()
  await waybill.request(`/v1/tokens/${brown.id}`, { method: 'DELETE' })
  await send({ action: 'image.push', tenant: 'brown' })
  expect(await whole).not.toContain('image.push')
  expect((await askWithout(`/v1/events/stream?ticket=${ticket}`)).status).toBe(401)
})

test('a token that expires is refused from then on', async () => {
  const expiresAt = new Date(Date.now() + 2000).toISOString()
  const green = await tokenOf('green', { expiresAt })
  const ask = () =>
    waybill.request('/v1/events', { headers: { Authorization: `Bearer ${green.token}` } })
  expect((await ask()).status).toBe(200)
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(401)
})
