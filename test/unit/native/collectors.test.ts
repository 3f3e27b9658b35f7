import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDirectory } from '../../../src/access/directory-in-records.ts'
import type { Role, Scope } from '../../../src/access/principal.ts'
import { createClock } from '../../../src/core/timestamp.ts'
import { declarePrincipal } from '../../../src/dialects/authentication.ts'
import type { DialectContext } from '../../../src/dialects/dialect.ts'
import { registerCollectors } from '../../../src/dialects/native/collectors.ts'
import { answerProblem } from '../../../src/dialects/problem-details.ts'
import { MapRecordStore } from '../access/map-record-store.ts'

let server: FastifyInstance
let tokenOf: (name: string, tenant: string | null, role: Role, scope: Scope) => Promise<string>

beforeEach(async () => {
  const clock = createClock()
  const records = new MapRecordStore()
  const directory = await openDirectory({ records, clock, defaultTenant: 'one' })
  tokenOf = async (name, tenant, role, scope) => {
    await directory.createUser(null, { name, tenant, roles: [role] })
    return (await directory.createToken(tenant, { user: name, scopes: [scope] })).token
  }
  const context = { clock, records, directory, defaultTenant: 'one' }
  server = Fastify()
  server.setErrorHandler(answerProblem)
  server.setValidatorCompiler(TypeBoxValidatorCompiler)
  declarePrincipal(server)
  // These routes use no more of the context than this.
  registerCollectors(server, context as unknown as DialectContext)
})
afterEach(() => server.close())

async function ask(token: string, method: 'GET' | 'PUT', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await server.inject({ method, url, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
}

const MAIN = '/v1/collectors/quay/main'

test('a position comes back as it was saved', async () => {
  const token = await tokenOf('writer', 'one', 'writer', 'events:write')
  expect(await ask(token, 'GET', MAIN)).toMatchObject({ status: 404 })
  const position = { logs: { 'organization acme': { day: '2024-06-18', second: 3 } } }
  expect(await ask(token, 'PUT', MAIN, { position })).toEqual({ status: 204, body: undefined })
  const saved = { tenant: 'one', kind: 'quay', name: 'main', position }
  expect(await ask(token, 'GET', MAIN)).toMatchObject({ status: 200, body: saved })
  expect(await ask(token, 'GET', '/v1/collectors')).toMatchObject({
    body: { collectors: [saved] },
  })
})

test('no tenant sees or changes the position of another one', async () => {
  const one = await tokenOf('writer', 'one', 'writer', 'events:write')
  const two = await tokenOf('stranger', 'two', 'writer', 'events:write')
  await ask(one, 'PUT', MAIN, { position: { at: 1 } })
  expect(await ask(two, 'GET', MAIN)).toMatchObject({ status: 404 })
  expect(await ask(two, 'GET', `${MAIN}?tenant=one`)).toMatchObject({ status: 403 })
  expect(await ask(two, 'PUT', `${MAIN}?tenant=one`, { position: {} })).toMatchObject({
    status: 403,
  })
  await ask(two, 'PUT', MAIN, { position: { at: 2 } })
  expect(await ask(one, 'GET', MAIN)).toMatchObject({ body: { position: { at: 1 } } })
  expect(await ask(two, 'GET', '/v1/collectors')).toMatchObject({
    body: { collectors: [{ tenant: 'two', position: { at: 2 } }] },
  })
  const all = await tokenOf('root', null, 'administrator', 'admin')
  expect(await ask(all, 'GET', `${MAIN}?tenant=two`)).toMatchObject({
    body: { position: { at: 2 } },
  })
})

test.each([
  ['auditor', 'events:write'],
  ['writer', 'events:read'],
] as const)('only who may send events: not the role %s with the scope %s', async (role, scope) => {
  const token = await tokenOf('somebody', 'one', role, scope)
  expect(await ask(token, 'GET', '/v1/collectors')).toMatchObject({ status: 403 })
  expect(await ask(token, 'PUT', MAIN, { position: {} })).toMatchObject({ status: 403 })
})

test.each([
  ['/v1/collectors/Quay/main', { position: {} }],
  ['/v1/collectors/quay/a%2Fb', { position: {} }],
  [MAIN, { position: [] }],
  [MAIN, { position: {}, more: 1 }],
  [MAIN, {}],
])('what is no position is refused: %s %j', async (url, body) => {
  const token = await tokenOf('writer', 'one', 'writer', 'events:write')
  expect(await ask(token, 'PUT', url, body)).toMatchObject({ status: 400 })
})
