import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDirectory } from '../../../../../src/access/directory/open-directory.ts'
import type { Role, Scope } from '../../../../../src/access/directory/principal.ts'
import { createClock } from '../../../../../src/core/time/timestamp.ts'
import { declarePrincipal } from '../../../../../src/dialects/api/authentication.ts'
import type { DialectContext } from '../../../../../src/dialects/api/dialect.ts'
import { answerProblem } from '../../../../../src/dialects/api/problems/problem-details.ts'
import { registerCollectors } from '../../../../../src/dialects/native/instance/collectors.ts'
import { MapRecordStore, TOKEN_KEY } from '../../../access/records/map-record-store.ts'

let server: FastifyInstance
interface Owner {
  readonly name: string
  readonly tenant: string | null
  readonly role: Role
  readonly scope: Scope
  readonly sources?: readonly string[]
}
let tokenOf: (owner: Owner) => Promise<string>
let collectorOf: (tenant: string) => Promise<string>

beforeEach(async () => {
  const clock = createClock()
  const records = new MapRecordStore()
  const directory = await openDirectory({
    records,
    clock,
    defaultTenant: 'one',
    tokenKey: TOKEN_KEY,
  })
  tokenOf = async ({ name, tenant, role, scope, sources = [] }) => {
    const user = await directory.createUser(null, { name, tenant, roles: [role] })
    const token = { user: user.id, scopes: [scope], sources }
    return (await directory.createToken(tenant, token)).token
  }
  const owner = { name: 'collector', role: 'writer', scope: 'events:write' } as const
  collectorOf = (tenant) => tokenOf({ ...owner, tenant, sources: ['quay/main', 'quay/own'] })
  const context = { clock, records, directory, defaultTenant: 'one' }
  server = Fastify()
  server.setErrorHandler(answerProblem)
  server.setValidatorCompiler(TypeBoxValidatorCompiler)
  declarePrincipal(server)
  // These routes use no more of the context than this.
  const ownCollectors = [{ tenant: 'one', kind: 'quay', name: 'own' }]
  registerCollectors(server, context as unknown as DialectContext, ownCollectors)
})
afterEach(() => server.close())

async function ask(token: string, method: 'GET' | 'PUT', url: string, payload?: object) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await server.inject({ method, url, headers, ...(payload && { payload }) })
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
}

const MAIN = '/v1/collectors/quay/main'
const OWN = '/v1/collectors/quay/own'
const ROOT = { name: 'root', tenant: null, role: 'administrator', scope: 'admin' } as const

test('a position comes back as it was saved', async () => {
  const token = await collectorOf('one')
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
  const one = await collectorOf('one')
  const two = await collectorOf('two')
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
  const all = await tokenOf(ROOT)
  expect(await ask(all, 'GET', `${MAIN}?tenant=two`)).toMatchObject({
    body: { position: { at: 2 } },
  })
})

test.each([
  ['auditor', 'events:write'],
  ['writer', 'events:read'],
] as const)('only who may send events: not the role %s with the scope %s', async (role, scope) => {
  const token = await tokenOf({ name: 'other', tenant: 'one', role, scope })
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
  const token = await collectorOf('one')
  expect(await ask(token, 'PUT', url, body)).toMatchObject({ status: 400 })
})

test.each([
  ['a writer whose token names no source', 'writer', []],
  ['a token of another source of the kind', 'writer', ['quay/other']],
  ['a token of a source of that name', 'writer', ['opsera/main']],
  ['a bound token of an administrator', 'administrator', ['quay/other']],
] as const)('%s does not move the position of a collector', async (_who, role, sources) => {
  const token = await tokenOf({ name: 'w', tenant: 'one', role, scope: 'events:write', sources })
  const answer = await ask(token, 'PUT', MAIN, { position: {} })
  expect(answer).toMatchObject({
    status: 403,
    body: { detail: expect.stringMatching('quay/main') },
  })
  expect(await ask(token, 'GET', MAIN)).toMatchObject({ status: 404 })
})

test('nothing over HTTP moves a collector of the server itself', async () => {
  for (const token of [await collectorOf('one'), await tokenOf(ROOT)]) {
    expect(await ask(token, 'PUT', OWN, { position: {} })).toMatchObject({ status: 409 })
  }
  // A collector of that name in another tenant is another one.
  expect(await ask(await collectorOf('two'), 'PUT', OWN, { position: {} })).toMatchObject({
    status: 204,
  })
})
