import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryKeeper } from '../../../../src/access/directory/directory.ts'
import { openDirectory } from '../../../../src/access/directory/open-directory.ts'
import type { Event } from '../../../../src/core/event/event.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { authenticated, declarePrincipal } from '../../../../src/dialects/api/authentication.ts'
import type { Append } from '../../../../src/ledger/append/append.ts'
import { createTokenUses, type TokenUses } from '../../../../src/server/observe/token-uses.ts'
import { eventually } from '../../../support/eventually.ts'
import { MapRecordStore, TOKEN_KEY } from '../../access/records/map-record-store.ts'

let server: FastifyInstance
let uses: TokenUses
let directory: DirectoryKeeper
let headers: Record<string, string>
let tokenId: string
let refusals: number
let stored: Event[]

const append: Append = async ({ drafts }) => {
  if (refusals > 0) {
    refusals -= 1
    throw new Error('the store is away')
  }
  const before = stored.length
  // Given again, a draft is the same one.
  const known = new Set(stored.map(({ id }) => id))
  stored.push(...drafts.map(({ event }) => event).filter(({ id }) => !known.has(id)))
  const accepted = stored.length - before
  return { accepted, duplicates: 0, first: before, last: stored.length - 1, replayed: false }
}

beforeEach(async () => {
  stored = []
  refusals = 0
  const clock = createClock()
  directory = await openDirectory({
    records: new MapRecordStore(),
    clock,
    defaultTenant: 'default',
    tokenKey: TOKEN_KEY,
  })
  await directory.createUser(null, { name: 'alice', email: 'a@example.com', tenant: 'red' })
  const { info, token } = await directory.createToken(null, {
    user: 'alice',
    scopes: ['security-logs', 'api'],
  })
  tokenId = info.id
  headers = { Authorization: `Bearer ${token}`, 'User-Agent': 'test/1' }
  uses = createTokenUses({ append, origin: 'o', clock, defaultTenant: 'default' })
  server = fastify()
  uses.watch(server)
  server.register((scope, _options, done) => {
    declarePrincipal(scope)
    const onRequest = authenticated(directory, { scopes: ['api'] })
    scope.get('/api/v1/thing', { onRequest }, () => 'thing')
    scope.get('/denied', { onRequest: authenticated(directory, { scopes: ['admin'] }) }, () => '')
    scope.post('/v1/events', { onRequest }, () => 'sent')
    scope.post('/v1/sources/kind/:name', { onRequest }, () => 'sent')
    scope.get('/api/v1/endless', { onRequest }, (_request, reply) => {
      const body = new Readable({ read: () => undefined })
      body.push('a beginning')
      return reply.send(body)
    })
    scope.get('/healthz', () => 'ok')
    done()
  })
  await server.ready()
})

afterEach(() => server.close())

/** Everything that was recorded, once the server is closed. */
async function recorded(): Promise<readonly Event[]> {
  await server.close()
  await uses.close()
  return stored
}

test('a use is an event of its token, path, user and client, before the answer', async () => {
  const answer = await server.inject({ url: '/api/v1/thing?secret=1', headers })
  expect(answer.statusCode).toBe(200)
  expect(stored).toHaveLength(1)
  const [event, ...more] = await recorded()
  expect(more).toEqual([])
  expect(JSON.parse(JSON.stringify(event))).toMatchObject({
    action: 'token.use',
    category: 'token',
    tenant: 'red',
    outcome: 'success',
    actor: { kind: 'user', name: 'alice', email: 'a@example.com' },
    target: { type: 'token', id: tokenId, name: '/v1/thing' },
    client: { ip: '127.0.0.1', userAgent: 'test/1' },
    details: { scope: 'api', method: 'GET', status: 200 },
    source: { kind: 'waybill', name: 'o' },
  })
  expect(JSON.stringify(event)).not.toContain('secret')
})

test('an answer that the client breaks off is a use too', async () => {
  const answer = await sent('/api/v1/endless')
  await once(answer, 'data')
  answer.destroy()
  const told = await eventually(
    async () => stored,
    (events) => events.length > 0,
    { what: 'the use' },
  )
  expect(told).toMatchObject([{ target: { name: '/v1/endless' }, details: { status: 200 } }])
})

test('a target with a host in front is told by its path alone', async () => {
  const answer = await sent('http://elsewhere.example/api/v1/thing?x')
  answer.resume()
  await once(answer, 'end')
  expect(await recorded()).toMatchObject([{ target: { name: '/v1/thing' } }])
})

/** Asks over a connection of its own. */
async function sent(path: string): Promise<IncomingMessage> {
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }))
  const [answer] = await once(request({ port, path, headers, agent: false }).end(), 'response')
  return answer
}

describe('what is recorded', () => {
  test('a token that was not enough was used all the same', async () => {
    await server.inject({ url: '/denied', headers })
    expect(await recorded()).toMatchObject([{ outcome: 'denied', details: { status: 403 } }])
  })

  test('nothing of requests without a valid token', async () => {
    await server.inject({ url: '/healthz', headers })
    await server.inject({ url: '/api/v1/thing' })
    await server.inject({ url: '/api/v1/thing', headers: { authorization: 'Bearer wrong' } })
    expect(await recorded()).toEqual([])
  })

  test('the uses of who sends events are counted, by what they are for', async () => {
    for (let count = 0; count < 20; count += 1) {
      await server.inject({ method: 'POST', url: '/v1/events', headers })
    }
    await server.inject({ method: 'POST', url: '/v1/sources/kind/main', headers })
    const events = await recorded()
    const counts = events.map(({ target, details }) => [target?.name, details?.['count']])
    const sum = (name: string) =>
      counts.filter(([one]) => one === name).reduce((total, [, count]) => total + Number(count), 0)
    expect(sum('/v1/events')).toBe(20)
    expect(sum('/v1/sources/kind/main')).toBe(1)
    // One for each, or two when a minute ended in between.
    expect(events.length).toBeLessThanOrEqual(3)
  })
})

test('what the store refuses is stored later, once', async () => {
  refusals = 2
  await server.inject({ url: '/api/v1/thing', headers })
  expect(await recorded()).toHaveLength(1)
})

test('a store that stays away does not keep the server from stopping', async () => {
  refusals = Number.POSITIVE_INFINITY
  await server.inject({ url: '/api/v1/thing', headers })
  expect(await recorded()).toEqual([])
})
