import { expect, onTestFinished, test } from 'vitest'
import { EVENTS_PATH, PROJECT, startHss } from '../hss-server.ts'

const DAY_MICROS = 86_400_000_000
const OWN_PROJECT = { project: { id: PROJECT } }

/** What one test works with: a server of its own, and requests to it. */
async function setUp() {
  const hss = await startHss({ region: 'cn-north-4' })
  onTestFinished(() => hss.server.close())
  await hss.directory.createUser(null, {
    name: 'alice',
    password: 'correct horse',
    tenant: 'default',
    roles: ['auditor'],
  })
  const post = (scope: object | undefined, user: object = {}) => {
    const auth = {
      identity: {
        methods: ['password'],
        password: {
          user: { name: 'alice', password: 'correct horse', domain: { name: 'acme' }, ...user },
        },
      },
      ...(scope !== undefined && { scope }),
    }
    return hss.server.inject({ method: 'POST', url: '/v3/auth/tokens', payload: { auth } })
  }
  const tokenOf = async (scope: object | undefined, user?: object): Promise<string> => {
    const answer = await post(scope, user)
    expect(answer.statusCode).toBe(201)
    return String(answer.headers['x-subject-token'])
  }
  const get = (url: string, headers: Readonly<Record<string, string>>) =>
    hss.server.inject({ method: 'GET', url, headers })
  const list = (token: string) => get(EVENTS_PATH, { 'x-auth-token': token })
  return { hss, post, tokenOf, get, list }
}

test('a token of the project, by id, alias or region, reads its events for a day', async () => {
  const { hss, tokenOf, list } = await setUp()
  const scopes = [PROJECT, 'default'].map((id) => ({ project: { id } }))
  const named = ['cn-north-4', 'default'].map((name) => ({ project: { name } }))
  for (const scope of [...scopes, ...named]) {
    expect((await list(await tokenOf(scope))).statusCode).toBe(200)
  }
  const token = await tokenOf(OWN_PROJECT)
  // Each hour, and not for longer because of it.
  for (let hours = 0; hours < 23; hours += 1) {
    hss.nowMicros += DAY_MICROS / 24
    expect((await list(token)).statusCode).toBe(200)
  }
  hss.nowMicros += DAY_MICROS / 24
  const answer = await list(token)
  expect(answer.statusCode).toBe(401)
  expect(answer.json().error_msg).toBe(
    'Incorrect IAM authentication information: ' +
      'token expires, expires_at: 2026-11-23T12:00:00.000000Z',
  )
})

test('a further token ends none before it', async () => {
  const { tokenOf, list } = await setUp()
  const tokens = await Promise.all(Array.from({ length: 5 }, () => tokenOf(OWN_PROJECT)))
  expect(new Set(tokens).size).toBe(5)
  for (const token of tokens) expect((await list(token)).statusCode).toBe(200)
})

test('a token ends with the password that it was given for, and with its user', async () => {
  const { hss, tokenOf, list } = await setUp()
  const id = hss.directory.user(null, 'alice')?.id ?? ''
  const first = await tokenOf(OWN_PROJECT)
  await hss.directory.changePassword(null, { id: id, password: 'battery staple' })
  expect((await list(first)).statusCode).toBe(401)
  const second = await tokenOf(OWN_PROJECT, { password: 'battery staple' })
  await hss.directory.deleteUser(null, id)
  expect((await list(second)).statusCode).toBe(401)
})

test('any other text is no token, nor is one with a character changed', async () => {
  const { tokenOf, list } = await setUp()
  const token = await tokenOf(OWN_PROJECT)
  const at = 40
  const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
  for (const text of [changed, `${token}A`, token.slice(1), `${token}=`]) {
    expect((await list(text)).statusCode).toBe(401)
  }
})

test('a token of the account alone, or of another project, reads no events', async () => {
  const { post, tokenOf, list } = await setUp()
  for (const scope of [undefined, { domain: { name: 'acme' } }]) {
    const answer = await list(await tokenOf(scope))
    expect([answer.statusCode, answer.json().error_code]).toEqual([400, 'HSS.0013'])
  }
  expect((await post({ project: { id: 'another' } })).statusCode).toBe(401)
  expect((await post({ project: { name: 'cn-south-1' } })).statusCode).toBe(401)
})

test('a scope that does not say which project is refused, not taken for the account', async () => {
  const { post } = await setUp()
  for (const project of [{}, { domain: { name: 'acme' } }, null, []]) {
    expect((await post({ project })).statusCode).toBe(400)
  }
})

test('an administrator of all tenants gets a token of one project alone', async () => {
  const { hss, tokenOf, get, list } = await setUp()
  const user = { name: 'root', password: 'correct horse', domain: undefined }
  await hss.directory.createUser(null, { ...user, tenant: null, roles: ['administrator'] })
  const token = await tokenOf({ project: { id: 'other' } }, user)
  expect((await list(token)).json().error_code).toBe('HSS.0013')
  const answer = await get('/v5/other/container/image/events', { 'x-auth-token': token })
  expect(answer.statusCode).toBe(200)
})

test('no caller gets in with a wrong password, name or account', async () => {
  const { post } = await setUp()
  for (const user of [
    { password: 'wrong' },
    { name: 'nobody' },
    { domain: { name: 'elsewhere' } },
    { name: 'elsewhere', password: '' },
  ]) {
    const answer = await post(OWN_PROJECT, user)
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['x-subject-token']).toBeUndefined()
    expect(answer.json()).toEqual({
      error: {
        message: 'The username or password is wrong.',
        code: 401,
        title: 'Unauthorized',
      },
    })
  }
})

test('guessing is throttled in the words of IAM', async () => {
  const { post } = await setUp()
  const statuses = []
  for (let count = 0; count < 7; count += 1) {
    statuses.push((await post(OWN_PROJECT, { password: 'wrong' })).statusCode)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  const answer = await post(OWN_PROJECT)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(answer.json().error).toMatchObject({ code: 429, title: 'Too Many Requests' })
})

test.each([
  ['no JSON', 'x'],
  ['nothing', ''],
  ['a list', '[]'],
  ['no identity', '{"auth":{}}'],
  [
    'another method',
    '{"auth":{"identity":{"methods":["totp"],"password":{"user":{"name":"a","password":"b"}}}}}',
  ],
  ['a number', '{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":1}}}}}'],
])('%s is no request for a token', async (_what, payload) => {
  const { hss } = await setUp()
  const answer = await hss.server.inject({ method: 'POST', url: '/v3/auth/tokens', payload })
  expect([answer.statusCode, answer.json().error?.title]).toEqual([400, 'Bad Request'])
})

test('a token tells its user what it is, and administrators of its tenant', async () => {
  const { hss, post, tokenOf, get } = await setUp()
  const password = 'battery staple'
  const person = { tenant: 'default', password }
  await hss.directory.createUser(null, { ...person, name: 'bob', roles: ['auditor'] })
  await hss.directory.createUser(null, { ...person, name: 'admin', roles: ['administrator'] })
  const answer = await post(OWN_PROJECT)
  const token = String(answer.headers['x-subject-token'])
  const show = (asker: string, subject: string) =>
    get('/v3/auth/tokens', { 'x-auth-token': asker, 'x-subject-token': subject })
  const shown = await show(token, token)
  expect([shown.statusCode, shown.json()]).toEqual([200, answer.json()])
  expect(shown.headers['x-subject-token']).toBe(token)
  const bob = await tokenOf(undefined, { name: 'bob', password })
  expect((await show(bob, token)).statusCode).toBe(403)
  const admin = await tokenOf(undefined, { name: 'admin', password })
  expect((await show(admin, token)).statusCode).toBe(200)
  expect((await show(token, 'x')).statusCode).toBe(404)
  expect((await show('x', token)).statusCode).toBe(401)
  hss.nowMicros += DAY_MICROS
  const later = await tokenOf(OWN_PROJECT)
  expect((await show(later, token)).statusCode).toBe(404)
})
