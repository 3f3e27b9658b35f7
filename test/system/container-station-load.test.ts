import { Agent, get } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const API = '/container-station/api/v1'
const WAITING = 1000
const ROWS = 60_000
const BATCH = 10_000
const GUESSES = 100

let waybill: WaybillProcess

/** Of tokens that together may take every place to wait. */
const tokens: string[] = []

beforeAll(async () => {
  waybill = await startWaybill({ arguments: ['--limits-address-connections-max', '2000'] })
  await send([container('start')])
  const user = { name: 'admin', tenant: 'default', password: 'the right one' }
  const answer = await waybill.request('/v1/users', { method: 'POST', ...json(user) })
  expect(answer.status).toBe(201)
  for (const name of ['one', 'two', 'three']) {
    const watcher = { name, tenant: 'default', roles: ['auditor'] }
    await waybill.request('/v1/users', { method: 'POST', ...json(watcher) })
    const token = { name, user: name, scopes: ['events:read'] }
    const made = await waybill.request('/v1/tokens', { method: 'POST', ...json(token) })
    tokens.push(Object(await made.json()).token)
  }
  tokens.push(waybill.adminToken)
})

afterAll(() => waybill.stop())

function json(body: unknown) {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

async function send(events: readonly object[]): Promise<void> {
  const answer = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  })
  expect(answer.status).toBe(201)
}

function container(verb: string) {
  const target = { type: 'container', id: 'a'.repeat(64), name: 'web' }
  return { action: `container.${verb}`, outcome: 'success', target }
}

interface Answer {
  /** Undefined: there was none. */
  readonly status: number | undefined
  readonly body: string
}

/** A request on a connection of its own; `close` ends it without waiting for the answer. */
function ask(
  path: string,
  token = waybill.adminToken,
): { readonly answer: Promise<Answer>; readonly close: () => void } {
  const headers = { Authorization: `Bearer ${token}` }
  const request = get(new URL(path, waybill.url), { headers, agent: new Agent() })
  const answer = new Promise<Answer>((resolve) => {
    request.on('error', () => resolve({ status: undefined, body: '' }))
    request.on('response', (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
  })
  return { answer, close: () => request.destroy() }
}

const WAIT = `${API}/event/wait/docker/web/stopped?duration=120`

/** More clients than there are places, and how many give up. */
const TOO_MANY = 20
const GONE = 5

test('a thousand clients wait at once, more are sent away, and all are told', async () => {
  const waits = Array.from({ length: WAITING + TOO_MANY }, (_, index) =>
    ask(WAIT, tokens[index % tokens.length]),
  )
  const refused: Answer[] = []
  const told: Answer[] = []
  const ends = waits.map(async ({ answer }) => {
    const end = await answer
    if (end.status === 503 || end.status === 429) refused.push(end)
    else if (end.status !== undefined) told.push(end)
  })
  const look = async () => refused.length
  await eventually(look, (count) => count === TOO_MANY, { what: 'a full room' })
  const another = await waybill.request(WAIT)
  expect(another.status).toBe(503)
  expect(another.headers.get('Retry-After')).toBe('10')
  expect(await another.json()).toEqual({ error: { code: 503, message: 'Service Unavailable' } })

  // Who goes away makes room.
  for (const { close } of waits.slice(0, GONE)) close()
  const probe = () => waybill.request(`${API}/event/wait/docker/web/running`)
  await eventually(probe, ({ status }) => status === 200, { what: 'a free place' })

  await send([container('stop')])
  await Promise.all(ends)
  expect(told.length).toBeGreaterThanOrEqual(WAITING - GONE)
  expect(new Set(told.map(({ status }) => status))).toEqual(new Set([200]))
  const states = told.map(({ body }) => Object(JSON.parse(body)).state)
  expect(new Set(states)).toEqual(new Set(['stopped']))
})

test('an export of any length is streamed whole, and ended when its reader goes', async () => {
  for (let start = 0; start < ROWS; start += BATCH) {
    await send(
      Array.from({ length: BATCH }, (_, index) => ({
        ...{ action: 'volume.create', message: `Create volume: ${start + index}` },
        time: new Date(Date.UTC(2021, 0, 1) + start + index).toISOString(),
      })),
    )
  }
  // Several that are given up must not stand in the way of others.
  for (let round = 0; round < 20; round += 1) {
    const given = ask(`${API}/log/export`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    given.close()
  }
  // A token has two downloads; those given up end when the engine has answered them.
  const whole = await eventually(
    () => waybill.request(`${API}/log/export`),
    ({ status }) => status === 200,
    { what: 'a free download' },
  )
  const text = await whole.text()
  const lines = text.split('\r\n')
  expect(lines[0]).toBe('Date,Level,Category,User,Message')
  const numbers = lines.flatMap((line) => /Create volume: (\d+)$/.exec(line)?.[1] ?? [])
  expect(numbers).toHaveLength(ROWS)
  expect(numbers.every((number, index) => Number(number) === index)).toBe(true)
})

test('a page far back in a long log is answered', async () => {
  const query = `limit=2&offset=${ROWS - 1}&category=volume`
  const rows = await (await waybill.request(`${API}/log?${query}`)).json()
  expect(rows).toMatchObject([{ message: 'Create volume: 0' }])
})

test('a hundred wrong passwords at once are refused, few of them looked at', async () => {
  const guess = (password: string) =>
    fetch(new URL(`${API}/login`, waybill.url), {
      method: 'POST',
      body: JSON.stringify({ username: 'admin', password }),
    })
  const guesses = await Promise.all(
    Array.from({ length: GUESSES }, (_, number) => guess(`wrong ${number}`)),
  )
  const statuses = guesses.map(({ status }) => status)
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
  expect(statuses.every((status) => status === 401 || status === 429)).toBe(true)
  const throttled = guesses.find(({ status }) => status === 429)
  expect(Number(throttled?.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(await throttled?.json()).toEqual({ error: { code: 429, message: 'Too Many Requests' } })
  // Neither does the right one now: whoever guesses must not learn that it would.
  expect((await guess('the right one')).status).toBe(429)
  const found = await waybill.request('/v1/events/count?action=auth.login&outcome=failure')
  expect(Number(Object(await found.json()).count)).toBeGreaterThan(0)
})

test('a server that stops answers who waits', async () => {
  const own = await startWaybill()
  const answer = await own.request('/v1/events', {
    method: 'POST',
    ...json(container('start')),
  })
  expect(answer.status).toBe(201)
  const waited = own.request(WAIT)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const stopped = own.stop()
  expect(Object(await (await waited).json()).state).toBe('running')
  expect(await stopped).toBe(0)
})
