import { Writable } from 'node:stream'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRefusedDeliveries } from '../../../../src/server/http/refused-deliveries.ts'

const MINUTE_MICROS = 60_000_000

let server: FastifyInstance
let lines: { readonly [key: string]: unknown }[]
let counted: string[]
let now: number

beforeEach(() => {
  lines = []
  counted = []
  now = 1_000
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  server = fastify({ logger: { level: 'warn', stream } })
  const refused = createRefusedDeliveries({
    kinds: ['distribution'],
    clock: () => now,
    metrics: { refused: (kind, status) => counted.push(`${kind} ${status}`) },
  })
  server.addHook('onRequest', (request, reply, done) => {
    refused.watch(request, reply)
    done()
  })
  server.post('/v1/sources/distribution/good', async () => ({}))
})

afterEach(() => server.close())

async function post(url: string, times = 1): Promise<void> {
  for (let index = 0; index < times; index += 1) await server.inject({ method: 'POST', url })
}

test('a refused delivery is a line that names source and status, nothing secret', async () => {
  await post('/v1/sources/distribution/hub?token=hidden')
  expect(lines).toMatchObject([
    {
      level: 40,
      method: 'POST',
      path: '/v1/sources/distribution/hub',
      status: 404,
      remoteAddress: '127.0.0.1',
      msg: 'rejected a delivery to /v1/sources/distribution/hub: 404 Not Found',
    },
  ])
  expect(JSON.stringify(lines)).not.toContain('hidden')
  expect(counted).toEqual(['distribution 404'])
})

test('a refusal repeated is counted each time and logged once a minute', async () => {
  await post('/v1/sources/distribution/hub', 5)
  expect(lines).toHaveLength(1)
  now += MINUTE_MICROS
  await post('/v1/sources/distribution/hub')
  expect(lines).toMatchObject([{}, { unlogged: 4 }])
  expect(counted).toHaveLength(6)
})

test('a flood of paths fills neither the log nor the labels of the metric', async () => {
  for (let index = 0; index < 200; index += 1) await post(`/v1/sources/kind-${index}/hub`)
  expect(lines).toHaveLength(64)
  expect(new Set(counted)).toEqual(new Set(['unknown 404']))
  now += MINUTE_MICROS
  await post('/v1/sources/distribution/other')
  expect(lines.at(-1)).toMatchObject({ path: '/v1/sources/distribution/other' })
})

test('what is taken or is no delivery is neither counted nor logged', async () => {
  await post('/v1/sources/distribution/good')
  await post('/v1/elsewhere')
  expect(lines).toEqual([])
  expect(counted).toEqual([])
})
