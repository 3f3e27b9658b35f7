import fastify from 'fastify'
import { expect, test } from 'vitest'
import type { Client } from '../../../../src/core/event/event.ts'
import { USER_AGENT_LENGTH_MAX } from '../../../../src/core/limits.ts'
import { clientOf } from '../../../../src/dialects/api/request-client.ts'

async function clientFrom(headers: Readonly<Record<string, string>>): Promise<Client> {
  const server = fastify({ trustProxy: true })
  server.get('/', async (request) => clientOf(request))
  const response = await server.inject({ url: '/', headers })
  await server.close()
  return response.json()
}

test('a program that names itself at length is recorded by the beginning of its name', async () => {
  const { userAgent } = await clientFrom({ 'user-agent': 'u'.repeat(9000) })
  expect(userAgent).toBe('u'.repeat(USER_AGENT_LENGTH_MAX))
})

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8::1', '2001:db8::1'],
])('the address %s is recorded as %s', async (sent, ip) => {
  expect(await clientFrom({ 'x-forwarded-for': sent })).toMatchObject({ ip })
})

test.each(['unknown', '192.0.2.1:4711', '_hidden'])(
  'what a proxy says instead of an address, %s, keeps nothing from being recorded',
  async (sent) => {
    expect(await clientFrom({ 'x-forwarded-for': sent })).not.toHaveProperty('ip')
  },
)
