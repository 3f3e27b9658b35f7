import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const EVENTS = 6000
const MESSAGE = 'x'.repeat(2000)

let waybill: WaybillProcess
const tokens: Record<string, string> = {}

beforeAll(async () => {
  waybill = await startWaybill({ arguments: ['--limits-address-connections-max', '3000'] })
  for (const [name, tenant, role] of [
    ['reader', 'red', 'auditor'],
    ['other', 'red', 'auditor'],
    ['writer', 'red', 'writer'],
    ['vera', 'blue', 'auditor'],
  ] as const) {
    await made('/v1/users', { name, tenant, roles: [role] })
    const scopes = [role === 'writer' ? 'events:write' : 'events:read']
    tokens[name] = Object(await made('/v1/tokens', { user: name, name, scopes })).token
  }
  for (const tenant of ['red', 'blue']) {
    const events = Array.from({ length: EVENTS }, (_, index) => ({
      ...{ action: 'image.push', tenant, message: `${index} ${MESSAGE}` },
      target: { type: 'container', id: 'c'.repeat(64), name: 'web' },
    }))
    await made('/v1/events', events)
    const target = { type: 'container', id: 'c'.repeat(64), name: 'web' }
    await made('/v1/events', [{ action: 'container.start', outcome: 'success', tenant, target }])
  }
})
afterAll(() => waybill?.stop())

/** Posts as the administrator. */
async function made(path: string, body: unknown): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await waybill.request(path, init)
  expect(answer.status).toBe(201)
  return answer.json()
}

function as(name: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${tokens[name]}`, ...Object(init.headers) }
  return waybill.request(path, { ...init, headers })
}

/** A page of another tenant, which has to be answered whatever happens. */
async function pageOfBlue(): Promise<void> {
  const page = await jsonOf<{ events: readonly unknown[] }>(as('vera', '/v1/events?limit=20'))
  expect(page.events).toHaveLength(20)
}

interface Problem {
  readonly errors?: readonly { readonly path: string; readonly expected: string }[]
}

describe('questions', () => {
  const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`)

  test('of 45 words on 12 connections are refused, of the most words take turns', async () => {
    const refused = await as('reader', `/v1/events/count?q=${words(45).join('+')}`)
    expect(refused.status).toBe(400)
    const { errors } = await jsonOf<Problem>(refused)
    expect(errors?.[0]?.path).toBe('q')
    const most = words(32).map((word) => `q=${word}`)
    const heavy = Array.from({ length: 12 }, async () => {
      const answer = await as('reader', `/v1/events/count?${most.join('&')}`)
      expect(await answer.json()).toEqual({ count: 0 })
    })
    await pageOfBlue()
    await Promise.all(heavy)
  })

  test('with more values than all filters may have are refused by name', async () => {
    const values = (name: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${name}=v${index}`).join('&')
    const asked = [values('actor', 100), values('namespace', 60), values('target', 60)]
    const refused = await as('reader', `/v1/events/count?${asked.join('&')}`)
    expect(refused.status).toBe(400)
    expect((await jsonOf<Problem>(refused)).errors?.[0]?.expected).toContain('at most 200 values')
    const accepted = await as('reader', `/v1/events/count?${asked.slice(0, 2).join('&')}`)
    expect(await accepted.json()).toEqual({ count: 0 })
  })

  test('of a token whose places to wait are full are refused, others are not', async () => {
    const heavy = Array.from({ length: 200 }, () => as('reader', '/v1/events?q=nowhere'))
    await pageOfBlue()
    expect((await as('other', '/v1/events?limit=1')).status).toBe(200)
    const answers = await Promise.all(heavy)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(64)
    expect(Number(refused[0]?.headers.get('Retry-After'))).toBeGreaterThan(0)
  })
})

/** Asks for a download and reads nothing but the head of the answer. */
async function stalledDownload(name: string, path: string): Promise<[Socket, number]> {
  const socket = connect(Number(new URL(waybill.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = ['Host: waybill.invalid', `Authorization: Bearer ${tokens[name]}`]
  socket.write(`GET ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
  const [chunk] = await once(socket, 'data')
  socket.pause()
  return [socket, Number(String(chunk).split(' ')[1])]
}

test('eight slow readers of one token hold two downloads, and others have theirs', async () => {
  const readers = await Promise.all(
    Array.from({ length: 8 }, () => stalledDownload('reader', '/v1/events/export')),
  )
  const statuses = readers.map(([, status]) => status).sort()
  expect(statuses).toEqual([200, 200, ...Array.from({ length: 6 }, () => 429)])
  const station = '/container-station/api/v1/log/export'
  const [refused, status] = await stalledDownload('reader', station)
  expect(status).toBe(429)
  for (const format of ['ndjson', 'csv', 'json', 'parquet']) {
    const whole = await as('vera', `/v1/events/export?format=${format}`)
    expect(whole.status).toBe(200)
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(EVENTS)
  }
  const lines = (await (await as('other', '/v1/events/export')).text()).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(EVENTS)
  expect((await as('vera', station)).status).toBe(200)
  for (const [socket] of [...readers, [refused]] as const) socket.destroy()
  // Those that go away make room.
  const again = () => as('reader', '/v1/events/export')
  const answer = await eventually(again, (one) => one.status === 200, { what: 'a free download' })
  await answer.body?.cancel()
})

test('a thousand waits of one token take a quarter of the places', async () => {
  const wait = '/container-station/api/v1/event/wait/docker/web/stopped?duration=3600'
  const given = new AbortController()
  const waits = Array.from({ length: 1000 }, () =>
    as('reader', wait, { signal: given.signal }).then(
      ({ status }) => status,
      () => undefined,
    ),
  )
  const refused: number[] = []
  for (const one of waits) void one.then((status) => status === 429 && refused.push(status))
  const count = async () => refused.length
  await eventually(count, (seen) => seen >= 750, { what: 'waits that are refused' })
  expect(refused).toHaveLength(750)
  const short = wait.replace('3600', '1')
  expect((await as('vera', short)).status).toBe(200)
  expect((await as('other', short)).status).toBe(200)
  given.abort()
  await Promise.all(waits)
})

test('positions of 1 MB are refused, and a tenant keeps a hundred smaller ones', async () => {
  // A token moves the positions of the collectors that it names, at most 64.
  const names = Array.from({ length: 150 }, (_, number) => `p${number}`)
  for (let start = 0; start < names.length; start += 64) {
    const some = names.slice(start, start + 64)
    const sources = some.map((name) => `quay/${name}`)
    const body = { user: 'writer', name: `from ${start}`, scopes: ['events:write'], sources }
    const { token } = Object(await made('/v1/tokens', body))
    for (const name of some) tokens[name] = token
  }
  const put = (name: string, position: object) =>
    as(name, `/v1/collectors/quay/${name}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ position }),
    })
  const large = { text: 'x'.repeat(1_000_000) }
  const tries = Array.from({ length: 10 }, (_, number) => put(`p${number}`, large))
  for (const { status } of await Promise.all(tries)) expect(status).toBe(413)
  const statuses: number[] = []
  for (const name of names) statuses.push((await put(name, { text: 'x'.repeat(50_000) })).status)
  expect(statuses.filter((status) => status === 204)).toHaveLength(100)
  expect(statuses.filter((status) => status === 409)).toHaveLength(50)
  // Of another tenant there is still room, and what is there goes on.
  const own = '/v1/collectors/quay/own?tenant=blue'
  const init = { headers: { 'Content-Type': 'application/json' } }
  const body = JSON.stringify({ position: { at: 1 } })
  expect((await waybill.request(own, { ...init, method: 'PUT', body })).status).toBe(204)
  expect(await (await waybill.request(own)).json()).toMatchObject({ position: { at: 1 } })
  expect((await put('p0', { at: 2 })).status).toBe(204)
  const removed = await as('p1', '/v1/collectors/quay/p1', { method: 'DELETE' })
  expect(removed.status).toBe(204)
  expect((await put('p120', { at: 3 })).status).toBe(204)
})
