import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

/** Addresses of this machine that the requests come from; the first is a trusted proxy's. */
const PROXY = '127.0.0.2'
const BROWSER = '127.0.0.1'
const GUESSER = '127.0.0.3'
/** More invalid tokens than one address may try at once. */
const GUESSES = 40

let waybill: WaybillProcess

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
  readonly from?: string
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** Name and value of the cookie that it sets; empty when it sets none. */
  readonly cookie: string
  readonly code: unknown
}

const LOCAL = { Host: 'localhost' }
const SAME_ORIGIN = { ...LOCAL, Origin: 'http://localhost' }
const TLS = { Host: 'logs.invalid', 'X-Forwarded-Proto': 'https' }

async function open({ method = 'GET', path = '/v1/session', ...sent }: Sent) {
  const request = httpRequest(new URL(path, waybill.url), {
    method,
    agent: false,
    localAddress: sent.from ?? BROWSER,
    headers: {
      ...LOCAL,
      ...(sent.body !== undefined && { 'Content-Type': 'application/json' }),
      ...sent.headers,
    },
  })
  request.end(sent.body === undefined ? undefined : JSON.stringify(sent.body))
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (response === undefined) throw new Error('no response')
  return response
}

async function ask(sent: Sent): Promise<Answer> {
  const response = await open(sent)
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  const { statusCode: status = 0, headers } = response
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const code = text.startsWith('{') ? JSON.parse(text).code : undefined
  return { status, headers, text, cookie, code }
}

const signIn = (name: string, headers: Sent['headers'] = {}, from = BROWSER) =>
  ask({ method: 'POST', headers, from, body: { name, password: 'correct horse' } })

async function cookieOf(name: string): Promise<string> {
  const { status, cookie } = await signIn(name)
  expect(status).toBe(200)
  return cookie
}

const statusOf = async (headers: Sent['headers'], from = BROWSER) =>
  (await ask({ ...(headers && { headers }), from })).status

async function countOf(query: string): Promise<number> {
  const answer = await waybill.request(`/v1/events/count?${query}`)
  return JSON.parse(await answer.text()).count
}

beforeAll(async () => {
  waybill = await startWaybill({ arguments: ['--trusted-proxies', PROXY] })
  const headers = { Authorization: `Bearer ${waybill.adminToken}` }
  for (const tenant of ['red', 'blue']) {
    const password = 'correct horse'
    const user = { name: `root-${tenant}`, tenant, password, roles: ['administrator'] }
    const event = { tenant, action: 'image.push', message: `secret of ${tenant}` }
    for (const [path, body] of [['/v1/users', user] as const, ['/v1/events', event] as const]) {
      expect((await ask({ method: 'POST', path, headers, body })).status).toBe(201)
    }
  }
})
afterAll(() => waybill?.stop())

test('over TLS the cookie is kept to its host and to TLS, and from scripts', async () => {
  const { headers } = await signIn('root-red', TLS, PROXY)
  const [cookie = '', ...attributes] = headers['set-cookie']?.[0]?.split('; ') ?? []
  expect(cookie).toMatch(/^__Host-waybill=[\w-]{43}$/)
  expect(attributes.sort()).toEqual([
    ...['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Strict', 'Secure'],
  ])
  expect(await statusOf({ ...TLS, Cookie: cookie }, PROXY)).toBe(200)
})

test('only a trusted proxy says that a request came over TLS', async () => {
  const { cookie, code, text } = await signIn('root-red', TLS)
  expect([cookie, code]).toEqual(['', 'access.insecure'])
  expect(text).toContain('trustedProxies')
  const { cookie: secure } = await signIn('root-red', TLS, PROXY)
  expect(await statusOf({ ...LOCAL, 'X-Forwarded-Proto': 'https', Cookie: secure })).toBe(401)
})

test('in plain text a session is neither given nor accepted but on this machine', async () => {
  const cookie = await cookieOf('root-red')
  const secret = cookie.split('=')[1]
  const { cookie: secure } = await signIn('root-red', TLS, PROXY)
  const hosts = [
    ...['logs.invalid', 'localhost.invalid', '127.0.0.1.invalid', 'xlocalhost', '128.0.0.1'],
    ...['0.0.0.0', '[::2]', '127.0.0.1.', 'waybill'],
  ]
  for (const Host of hosts) {
    const both = `${cookie}; __Host-waybill=${secret}; ${secure}`
    const path = '/v1/events/count'
    const read = await ask({ path, headers: { Host, Cookie: both } })
    const shown = await ask({ headers: { Host, Cookie: both } })
    const begun = await signIn('root-red', { Host })
    const answers = [Host, read.status, shown.code, begun.code, begun.cookie]
    expect(answers).toEqual([Host, 401, 'access.insecure', 'access.insecure', ''])
  }
  for (const Host of ['localhost', 'LOCALHOST:7480', '127.0.0.1:1', '[::1]:7480', 'a.localhost']) {
    expect([Host, await statusOf({ Host, Cookie: cookie })]).toEqual([Host, 200])
  }
})

const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  {},
  { Origin: 'null' },
  { Origin: 'http://evil.invalid' },
  { Origin: 'https://localhost' },
  { Origin: 'http://localhost:81' },
  { Origin: 'http://localhost.evil.invalid' },
  { Origin: 'http://localhost', 'Sec-Fetch-Site': 'cross-site' },
  { Origin: 'http://localhost', 'Sec-Fetch-Site': 'same-site' },
]

const CHANGES: readonly Pick<Sent, 'method' | 'path' | 'body'>[] = [
  { method: 'POST', path: '/v1/users', body: { name: 'forged' } },
  { method: 'POST', path: '/v1/events', body: { action: 'image.push', message: 'forged' } },
  { method: 'PUT', path: '/v1/collectors/quay/forged', body: { position: {} } },
  { method: 'DELETE', path: '/v1/users/forged' },
  { method: 'DELETE', path: '/v1/session' },
  { method: 'DELETE', path: '/v1/sessions' },
  { method: 'POST', path: '/v1/session', body: { name: 'root-red', password: 'correct horse' } },
  { method: 'PUT', path: '/v1/session/password', body: { password: 'forged horse' } },
]

test('no page of another origin changes anything with the cookie of a browser', async () => {
  const cookie = await cookieOf('root-red')
  for (const headers of FOREIGN) {
    for (const change of CHANGES) {
      const { status, code } = await ask({ ...change, headers: { ...headers, Cookie: cookie } })
      expect([headers, change.path, status, code]).toEqual([
        ...[headers, change.path, 403, 'access.denied'],
      ])
    }
  }
  const { text } = await ask({ path: '/v1/users', headers: { Cookie: cookie } })
  expect(text).not.toContain('forged')
  expect(await countOf('q=forged')).toBe(0)
  const own = { ...SAME_ORIGIN, Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' }
  const body = { action: 'image.push' }
  expect((await ask({ method: 'POST', path: '/v1/events', headers: own, body })).status).toBe(201)
})

test('another site gets no answer with a cookie, and signs no browser in', async () => {
  const Cookie = await cookieOf('root-red')
  for (const path of ['/v1/session', '/v1/events', '/v1/events/export?format=ndjson']) {
    const { status } = await ask({ path, headers: { Cookie, 'Sec-Fetch-Site': 'cross-site' } })
    expect([path, status]).toEqual([path, 403])
  }
  for (const headers of FOREIGN.slice(1)) {
    const { status, cookie } = await signIn('root-blue', headers)
    expect([headers, status, cookie]).toEqual([headers, 403, ''])
  }
})

test('a sign-in adopts no secret that was there, and ends the session that was', async () => {
  const planted = `waybill=${'a'.repeat(43)}`
  const { cookie } = await signIn('root-red', { Cookie: planted })
  expect(cookie).not.toBe(planted)
  expect(await statusOf({ Cookie: planted })).toBe(401)
  // A planted session of the attacker's own: the browser's next sign-in replaces and ends it.
  const attackers = await cookieOf('root-blue')
  const next = await signIn('root-red', { ...SAME_ORIGIN, Cookie: attackers })
  expect(await statusOf({ Cookie: attackers })).toBe(401)
  expect(await statusOf({ Cookie: next.cookie })).toBe(200)
  // Another program on the host name adds a second cookie: which is whose cannot be said.
  expect(await statusOf({ Cookie: `${await cookieOf('root-blue')}; ${next.cookie}` })).toBe(401)
})

test('a session sees its own tenant alone, and no secret of another API is one', async () => {
  const Cookie = await cookieOf('root-red')
  for (const query of ['', '?tenant=blue', '?tenant=red&tenant=blue', '?q=secret']) {
    const { text } = await ask({ path: `/v1/events${query}`, headers: { Cookie } })
    expect(text).not.toContain('secret of blue')
  }
  const { text } = await ask({ path: '/v1/events', headers: { Cookie } })
  expect(text).toContain('secret of red')
  const login = { username: 'root-red', password: 'correct horse' }
  const station = await ask({
    method: 'POST',
    path: '/container-station/api/v1/login',
    body: login,
  })
  const secret = station.cookie.split('=')[1]
  expect([station.status, await statusOf({ Cookie: `waybill=${secret}` })]).toEqual([200, 401])
})

test('guessing tokens is limited for each address, and fills no log', async () => {
  const guess = (token: string, from: string) => ask({ method: 'POST', body: { token }, from })
  const answers = await Promise.all(
    Array.from({ length: GUESSES }, (_, index) => guess(`guess ${index}`, GUESSER)),
  )
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0)
  expect(answers.filter(({ status }) => status !== 429 && status !== 401)).toEqual([])
  expect((await guess(waybill.adminToken, BROWSER)).status).toBe(200)
  const recorded = await countOf(`action=auth.login&ip=${GUESSER}`)
  expect(recorded).toBeLessThan(GUESSES)
  expect(await countOf(`action=auth.login&ip=${GUESSER}&outcome=denied`)).toBe(1)
  expect(await countOf('q=guess')).toBe(0)
})

test('signing out ends what the session still reads', async () => {
  const Cookie = await cookieOf('root-red')
  const stream = await open({ path: '/v1/events/stream', headers: { Cookie } })
  expect(stream.statusCode).toBe(200)
  const ended = once(stream.resume(), 'end')
  const headers = { ...SAME_ORIGIN, Cookie }
  expect((await ask({ method: 'DELETE', path: '/v1/sessions', headers })).status).toBe(204)
  await ended
})
