import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canonicalRequest } from '../../../../src/dialects/hss/signature/canonical-request.ts'
import { signatureOf } from '../../../../src/dialects/hss/signature/signature.ts'
import type { DialectServer } from '../../../support/dialect-server.ts'
import { eventOf } from '../../../support/store-events.ts'
import { EVENTS_PATH, PROJECT, startHss } from './hss-server.ts'

const MINUTE_MICROS = 60_000_000
const HOST = 'hss.example.com'

let hss: DialectServer
let pair: { readonly accessKey: string; readonly secretKey: string }

beforeEach(async () => {
  hss = await startHss()
  await hss.directory.createUser(null, { name: 'reader', roles: ['auditor'], tenant: 'default' })
  pair = await hss.accessKeys.create(null, 'reader')
  hss.model.events.push({ event: eventOf(), origin: 'o', seq: 0 })
})

afterEach(() => hss.server.close())

interface Signed {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Signs a GET as the vendor's clients do. */
function signed(
  url: string,
  more: { headers?: Signed['headers']; leaveOut?: string; body?: string; key?: typeof pair } = {},
): Signed {
  const { accessKey, secretKey } = more.key ?? pair
  const now = new Date(hss.nowMicros / 1000).toISOString()
  const date = `${now.slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const headers = {
    'content-type': 'application/json',
    host: HOST,
    'x-sdk-date': date,
    ...more.headers,
  }
  const names = Object.keys(headers)
    .filter((name) => name !== more.leaveOut)
    .sort()
  const body = Buffer.from(more.body ?? '')
  const canonical = canonicalRequest({ method: 'GET', url, headers, body }, names)
  const signature = signatureOf(canonical, date, secretKey)
  const authorization =
    `SDK-HMAC-SHA256 Access=${accessKey}, SignedHeaders=${names.join(';')}, ` +
    `Signature=${signature}`
  return { url, headers: { ...headers, authorization }, ...(more.body && { body: more.body }) }
}

async function send({ url, headers, body }: Signed) {
  const answer = await hss.server.inject({
    method: 'GET',
    url,
    headers,
    ...(body !== undefined && { payload: body }),
  })
  return { status: answer.statusCode, body: answer.json(), id: answer.headers['x-request-id'] }
}

const LISTED = { status: 200, body: { total_num: 1, data_list: [{}] } }

const NOT_ALLOWED = {
  status: 400,
  body: { error_code: 'HSS.0013', error_msg: 'Insufficient permissions.' },
}

function refusal(detail: unknown) {
  return {
    status: 401,
    body: { error_code: 'APIGW.0301', error_msg: detail, request_id: expect.any(String) },
  }
}

const said = (text: string) => `Incorrect IAM authentication information: ${text}`
const forged = refusal(
  expect.stringMatching(/^Incorrect IAM .*: verify aksk signature fail, canonicalRequest:GET\|/),
)

test('a signed request is answered, with a project in a header and without', async () => {
  expect(await send(signed(EVENTS_PATH))).toMatchObject(LISTED)
  const headers = { 'x-project-id': PROJECT }
  expect(await send(signed(EVENTS_PATH, { headers }))).toMatchObject(LISTED)
})

test('every answer has an id, which errors repeat', async () => {
  const answered = await send(signed(EVENTS_PATH))
  expect(answered.id).toMatch(/^[0-9a-f]{32}$/)
  const refused = await send({ url: EVENTS_PATH, headers: {} })
  expect(refused).toMatchObject(refusal(said('x-auth-token not found')))
  expect(refused.body.request_id).toBe(refused.id)
})

test('the query is the same in another order or encoding, and no other', async () => {
  const { headers } = signed(
    `${EVENTS_PATH}?limit=1&user_name=O'Brien%20(*)!~é`.replace('é', '%C3%A9'),
  )
  const same = `${EVENTS_PATH}?user_name=O%27Brien%20%28%2A%29%21%7E%c3%a9&limit=1`
  expect(await send({ url: same, headers })).toMatchObject({ status: 200 })
  for (const other of [
    `${EVENTS_PATH}?limit=1`,
    `${EVENTS_PATH}?limit=1&user_name=O'Brien%20(*)!~%C3%A9&offset=1`,
    `${EVENTS_PATH}?limit=1&user_name=O'Brien+(*)!~%C3%A9`,
    `${EVENTS_PATH}?limit=1&user_name=O'Brien%2520(*)!~%C3%A9`,
  ]) {
    expect(await send({ url: other, headers })).toMatchObject(forged)
  }
})

test('a filter finds what was signed: a plus sign is one, and no blank', async () => {
  const named = (name: string) => eventOf({ actor: { kind: 'user', name } })
  hss.model.events.push({ event: named('a b'), origin: 'o', seq: 1 })
  hss.model.events.push({ event: named('a+b'), origin: 'o', seq: 2 })
  for (const [query, name] of [
    ['user_name=a+b', 'a+b'],
    ['user_name=a%2Bb', 'a+b'],
    ['user_name=a%20b', 'a b'],
    ['user_name=a+b&user_name=alice', 'a+b'],
    ['user_name=&user_name=alice&limit=1', 'a+b'],
  ]) {
    expect(await send(signed(`${EVENTS_PATH}?${query}`))).toMatchObject({
      status: 200,
      body: { data_list: [{ user_name: name }] },
    })
  }
})

test.each(['%ZZ', '%ff', '%', 'a&%c3=1'])(
  'a query with %s is refused, signed or not',
  async (text) => {
    const { headers } = signed(EVENTS_PATH)
    for (const sent of [headers, { 'x-auth-token': 'any' }, {}]) {
      expect(await send({ url: `${EVENTS_PATH}?user_name=${text}`, headers: sent })).toMatchObject({
        status: 400,
        body: { error_code: 'APIGW.0201', request_id: expect.any(String) },
      })
    }
  },
)

test('the date has to be signed, and nothing else', async () => {
  expect(await send(signed(EVENTS_PATH, { leaveOut: 'x-sdk-date' }))).toMatchObject(
    refusal(said('verify aksk signature fail, x-sdk-date is not signed')),
  )
  for (const leaveOut of ['host', 'content-type']) {
    expect(await send(signed(EVENTS_PATH, { leaveOut }))).toMatchObject(LISTED)
  }
  expect(await send(signed('/v3/projects?name=default', { leaveOut: 'host' }))).toMatchObject({
    status: 200,
    body: { projects: [{ id: PROJECT }] },
  })
})

test('a project that the header names without being signed narrows, and never widens', async () => {
  const unsigned = (id: string, key = pair) =>
    signed(EVENTS_PATH, { headers: { 'x-project-id': id }, leaveOut: 'x-project-id', key })
  expect(await send(unsigned(PROJECT))).toMatchObject(LISTED)
  expect(await send(unsigned('another'))).toMatchObject(NOT_ALLOWED)
  await hss.directory.createUser(null, { name: 'other', roles: ['auditor'], tenant: 'another' })
  const others = await hss.accessKeys.create(null, 'other')
  for (const id of [PROJECT, 'default', 'another']) {
    expect(await send(unsigned(id, others))).toMatchObject(NOT_ALLOWED)
  }
})

test('a project whose name is not ASCII is the same in path and header', async () => {
  await hss.directory.createUser(null, { name: 'root', roles: ['administrator'], tenant: null })
  const key = await hss.accessKeys.create(null, 'root')
  const name = 'Prüfung à'
  const ask = (id: string) =>
    send(
      signed(`/v5/${encodeURIComponent(name)}/container/image/events`, {
        headers: { 'x-project-id': Buffer.from(id).toString('latin1') },
        key,
      }),
    )
  expect(await ask(name)).toMatchObject({ status: 200, body: { total_num: 0 } })
  expect(await ask('another')).toMatchObject(NOT_ALLOWED)
})

test('a signed header that a proxy took away is missed', async () => {
  const { headers } = signed(EVENTS_PATH, { headers: { 'x-project-id': PROJECT } })
  const { 'x-project-id': _taken, ...left } = headers
  expect(await send({ url: EVENTS_PATH, headers: left })).toMatchObject({ status: 401 })
})

test('a request that is sent again after sixteen minutes is refused', async () => {
  const request = signed(EVENTS_PATH)
  hss.nowMicros += 15 * MINUTE_MICROS
  expect(await send(request)).toMatchObject(LISTED)
  hss.nowMicros += MINUTE_MICROS
  expect(await send(request)).toMatchObject(
    refusal(
      said('signature expired, signature time:20261122T120000Z,server time:20261122T121600Z'),
    ),
  )
})

test('the body of a GET is part of what is signed', async () => {
  const request = signed(EVENTS_PATH, { body: '{}' })
  expect(await send(request)).toMatchObject(LISTED)
  expect(await send({ ...request, body: '{"a":1}' })).toMatchObject(forged)
  expect(await send({ url: request.url, headers: request.headers })).toMatchObject(forged)
})

test('a stated hash is that of the body, or says that the body was not signed', async () => {
  const hash = createHash('sha256').update('').digest('hex')
  const stated = signed(EVENTS_PATH, { headers: { 'x-sdk-content-sha256': hash } })
  expect(await send(stated)).toMatchObject(LISTED)
  expect(await send({ ...stated, body: '{"smuggled":true}' })).toMatchObject(forged)
  const unsigned = { 'x-sdk-content-sha256': 'UNSIGNED-PAYLOAD' }
  const request = signed(EVENTS_PATH, { headers: unsigned, body: 'anything' })
  expect(await send({ ...request, body: 'something else' })).toMatchObject(LISTED)
})

test('a body over the limit is refused before anything is checked', async () => {
  const request = signed(EVENTS_PATH, { body: 'x'.repeat(64 * 1024 + 1) })
  expect(await send(request)).toMatchObject({ status: 413, body: { error_code: 'APIGW.0201' } })
})

test('an unknown key, a wrong secret, a deleted key and a deleted user', async () => {
  const unknown = { accessKey: 'NOBODYSKEY0000000000', secretKey: pair.secretKey }
  const notThere = (accessKey: string) => refusal(said(`ak ${accessKey} not exist`))
  expect(await send(signed(EVENTS_PATH, { key: unknown }))).toMatchObject(
    notThere(unknown.accessKey),
  )
  const wrong = { ...pair, secretKey: `${pair.secretKey.slice(1)}x` }
  expect(await send(signed(EVENTS_PATH, { key: wrong }))).toMatchObject(forged)

  const second = await hss.accessKeys.create(null, 'reader')
  await hss.accessKeys.remove(null, second.accessKey)
  expect(await send(signed(EVENTS_PATH, { key: second }))).toMatchObject(notThere(second.accessKey))

  const id = hss.directory.user(null, 'reader')?.id ?? ''
  await hss.directory.deleteUser(null, id)
  expect(await send(signed(EVENTS_PATH))).toMatchObject(notThere(pair.accessKey))
})

test('a header that is no signature', async () => {
  for (const authorization of ['SDK-HMAC-SHA256', 'SDK-HMAC-SHA256 Access=x', 'Bearer x']) {
    expect((await send({ url: EVENTS_PATH, headers: { authorization } })).status).toBe(401)
  }
})

test('a project that is not that of the credentials', async () => {
  const others = '/v5/another/container/image/events'
  expect(await send(signed(others))).toMatchObject(NOT_ALLOWED)
  const headers = { 'x-project-id': 'another' }
  expect(await send(signed(EVENTS_PATH, { headers }))).toMatchObject(NOT_ALLOWED)
  await hss.directory.createUser(null, { name: 'root', roles: ['administrator'], tenant: null })
  const key = await hss.accessKeys.create(null, 'root')
  expect(await send(signed(others, { key }))).toMatchObject({ body: { total_num: 0 } })
  expect(await send(signed(EVENTS_PATH, { key }))).toMatchObject(LISTED)
  // The name of the tenant is understood beside its alias.
  const byName = '/v5/default/container/image/events'
  expect(await send(signed(byName, { key }))).toMatchObject(LISTED)
})

test('who sees no event may not ask; who sees some sees those', async () => {
  await hss.directory.createUser(null, { name: 'member', tenant: 'default' })
  const key = await hss.accessKeys.create(null, 'member')
  expect(await send(signed(EVENTS_PATH, { key }))).toMatchObject(NOT_ALLOWED)
  await hss.directory.createGrant(null, { user: 'member', role: 'read', namespace: 'acme' })
  expect(await send(signed(EVENTS_PATH, { key }))).toMatchObject({ body: { total_num: 0 } })
  const event = eventOf({ target: { namespace: 'acme' } })
  hss.model.events.push({ event, origin: 'o', seq: 1 })
  expect(await send(signed(EVENTS_PATH, { key }))).toMatchObject({ body: { total_num: 1 } })
})

test("a token of Waybill's own lets in as X-Auth-Token, if it may read", async () => {
  const create = async (scopes: readonly ('events:read' | 'events:write')[]) =>
    (await hss.directory.createToken(null, { user: 'reader', scopes })).token
  const ask = async (token: string) =>
    send({ url: EVENTS_PATH, headers: { 'x-auth-token': token } })
  expect(await ask(await create(['events:read']))).toMatchObject(LISTED)
  expect(await ask(await create(['events:write']))).toMatchObject(NOT_ALLOWED)
  expect(await ask('x'.repeat(40))).toMatchObject(refusal(said('decrypt token fail')))
  expect(await ask('x')).toMatchObject(refusal(said('decrypt token fail')))
})

test('a token goes before a signature', async () => {
  const { headers } = signed(EVENTS_PATH)
  const both = { ...headers, 'x-auth-token': 'x' }
  expect(await send({ url: EVENTS_PATH, headers: both })).toMatchObject(
    refusal(said('decrypt token fail')),
  )
})

test('after more than five wrong signatures a key is locked, if that is wanted', async () => {
  const wrong = () => signed(EVENTS_PATH, { key: { ...pair, secretKey: 'wrong' } })
  for (let count = 0; count < 9; count += 1) expect(await send(wrong())).toMatchObject(forged)
  expect(await send(signed(EVENTS_PATH))).toMatchObject(LISTED)

  await hss.server.close()
  hss = await startHss({ lockAccessKeys: true })
  await hss.directory.createUser(null, { name: 'reader', roles: ['auditor'], tenant: 'default' })
  pair = await hss.accessKeys.create(null, 'reader')
  for (let count = 0; count < 5; count += 1) expect(await send(wrong())).toMatchObject(forged)
  expect(await send(signed(EVENTS_PATH))).toMatchObject({ status: 200 })
  for (let count = 0; count < 6; count += 1) expect(await send(wrong())).toMatchObject(forged)
  const locked = refusal(said('AK access failed to reach the limit,forbidden'))
  expect(await send(signed(EVENTS_PATH))).toMatchObject(locked)
  hss.nowMicros += 5 * MINUTE_MICROS
  expect(await send(signed(EVENTS_PATH))).toMatchObject({ status: 200 })
})
