import { rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

let waybill: WaybillProcess

afterEach(() => waybill.stop())

interface Browser {
  readonly cookie: string
  readonly token: string
}

async function json(path: string, method: string, body: object, headers = {}): Promise<Response> {
  return waybill.request(path, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const createUser = (name: string, more = {}) =>
  json('/v1/users', 'POST', { name, tenant: 'default', password: 'correct horse', ...more })

/** The empty header keeps the administrator's token out. */
const headersOf = ({ cookie, token }: Browser) => ({
  Authorization: '',
  Cookie: cookie,
  'X-CSRF-Token': token,
})

async function open(headers = {}): Promise<Browser & { readonly attributes: string }> {
  const response = await waybill.request('/csrf_token', {
    headers: { Authorization: '', ...headers },
  })
  const attributes = response.headers.get('Set-Cookie') ?? ''
  const { csrf_token: token } = await jsonOf<{ csrf_token: string }>(response)
  return { cookie: attributes.split(';')[0] ?? '', token, attributes }
}

const signIn = (browser: Browser, username: string, password = 'correct horse') =>
  json('/api/v1/signin', 'POST', { username, password }, headersOf(browser))

async function signedIn(username: string): Promise<Browser> {
  const response = await signIn(await open(), username)
  expect(response.status).toBe(200)
  const cookie = response.headers.get('Set-Cookie')?.split(';')[0] ?? ''
  return { cookie, token: response.headers.get('X-Next-CSRF-Token') ?? '' }
}

const statusOf = async (browser: Browser, path: string) =>
  (await waybill.request(path, { headers: headersOf(browser) })).status

test('no script and no other site gets at the cookie, nor does a line without TLS', async () => {
  waybill = await startWaybill()
  const { attributes } = await open()
  expect(attributes.split('; ').slice(1)).toEqual([
    ...['Path=/', 'Max-Age=604800', 'HttpOnly', 'SameSite=Lax'],
  ])
  const behindProxy = await open({ 'X-Forwarded-Proto': 'https' })
  expect(behindProxy.attributes).toMatch(/; Secure$/)
})

test('the address of a client is only what a trusted proxy says', async () => {
  const addresses = async () => {
    await signIn(await open(), 'nobody')
    const found = await waybill.request('/v1/events?action=auth.login')
    const { events } = await jsonOf<{ events: { client: { ip: string } }[] }>(found)
    return events.map(({ client }) => client.ip)
  }
  const headers = { 'X-Forwarded-For': '192.0.2.7' }
  const signInThrough = async () => {
    const browser = await open()
    const all = { ...headersOf(browser), ...headers }
    await json('/api/v1/signin', 'POST', { username: 'nobody', password: 'x' }, all)
    return addresses()
  }
  waybill = await startWaybill()
  expect(await signInThrough()).toEqual(['127.0.0.1', '127.0.0.1'])
  await waybill.stop()
  waybill = await startWaybill({ arguments: ['--trusted-proxies', '127.0.0.1,10.0.0.0/8'] })
  expect(await signInThrough()).toEqual(['127.0.0.1', '192.0.2.7'])
})

test('a session outlives a crash of the server', async () => {
  waybill = await startWaybill()
  await createUser('alice')
  const browser = await signedIn('alice')
  await waybill.kill()
  waybill = await waybill.restart()
  expect(await statusOf(browser, '/api/v1/user/')).toBe(200)
  await waybill.stop()
  rmSync(waybill.dataDirectory, { recursive: true })
})

test('a superuser is asked for its password again when it was given too long ago', async () => {
  waybill = await startWaybill({ arguments: ['--dialects-quay-fresh-login-seconds', '0'] })
  await createUser('chief', { roles: ['administrator'] })
  const browser = await signedIn('chief')
  const response = await waybill.request('/api/v1/superuser/logs', { headers: headersOf(browser) })
  expect(response.status).toBe(401)
  expect(await jsonOf(response)).toEqual({
    detail: 'Requires fresh login',
    error_message: 'Requires fresh login',
    error_type: 'fresh_login_required',
    title: 'fresh_login_required',
    type: `${waybill.url}/api/v1/error/fresh_login_required`,
    status: 401,
  })
  expect(await statusOf(browser, '/api/v1/organization/chief/logs')).toBe(200)
  // A token was made for what it is used for.
  expect((await waybill.request('/api/v1/superuser/logs')).status).toBe(200)
})

test('an installation can let browsers open its API', async () => {
  waybill = await startWaybill({
    arguments: ['--dialects-quay-browser-api-calls-xhr-only', 'false'],
  })
  const headers = { 'User-Agent': 'Mozilla/5.0 Chrome/131.0.0.0 Safari/537.36' }
  expect((await waybill.request('/api/v1/user/logs', { headers })).status).toBe(200)
})

test('under a hundred wrong passwords others sign in and everything else is answered', async () => {
  waybill = await startWaybill()
  await Promise.all([createUser('alice'), createUser('bob')])
  const browser = await open()
  const guesses = Array.from({ length: 100 }, (_, guess) => signIn(browser, 'alice', `g${guess}`))
  const [bob, log] = await Promise.all([
    signIn(browser, 'bob'),
    waybill.request('/api/v1/organization/bob/logs'),
  ])
  expect([bob.status, log.status]).toEqual([200, 200])
  const answers = await Promise.all(guesses)
  const throttled = answers.filter(({ status }) => status === 429)
  expect(answers.filter(({ status }) => status === 403)).toHaveLength(5)
  expect(throttled).toHaveLength(95)
  for (const { headers } of throttled) {
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0)
  }
})
