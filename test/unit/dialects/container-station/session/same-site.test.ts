import fastify from 'fastify'
import { expect, test } from 'vitest'
import { ApiError } from '../../../../../src/dialects/api/api-error.ts'
import { refuseOtherSites } from '../../../../../src/dialects/container-station/session/same-site.ts'

async function statusOf(headers: Readonly<Record<string, string>>): Promise<number> {
  const server = fastify({ trustProxy: '127.0.0.1' })
  server.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof ApiError ? error.status : 500).send(),
  )
  server.post('/', (request, reply) => {
    refuseOtherSites(request)
    return reply.code(200).send()
  })
  const { statusCode } = await server.inject({ method: 'POST', url: '/', headers })
  await server.close()
  return statusCode
}

test.each([
  [{}],
  [{ host: 'nas:8080' }],
  [{ host: 'nas:8080', origin: 'http://nas:8080' }],
  [{ host: 'NAS:8080', origin: 'http://nas:8080' }],
  // TLS ends at a proxy: the scheme that the browser names is not the server's.
  [{ host: 'nas.example', origin: 'https://nas.example' }],
  [{ host: '[::1]:7480', origin: 'http://[::1]:7480' }],
  [{ host: 'inside:1', 'x-forwarded-host': 'nas.example', origin: 'https://nas.example' }],
  [{ host: 'nas', origin: 'http://nas', 'sec-fetch-site': 'same-origin' }],
  [{ host: 'nas', 'sec-fetch-site': 'none' }],
])('%j is let in', async (headers) => {
  expect(await statusOf(headers)).toBe(200)
})

test.each([
  [{ host: 'nas', origin: 'http://other.example' }],
  [{ host: 'nas', origin: 'null' }],
  [{ host: 'nas', origin: '' }],
  [{ host: 'nas', origin: 'http://nas.other.example' }],
  [{ host: 'nas', origin: 'http://nas:8081' }],
  [{ host: 'nas', origin: 'http://user@nas' }],
  [{ host: 'nas', origin: 'http://nas/' }],
  [{ host: 'nas', origin: 'file://nas' }],
  [{ host: 'nas', origin: 'http://nas http://other.example' }],
  [{ host: 'nas', 'sec-fetch-site': 'cross-site' }],
  [{ host: 'nas', 'sec-fetch-site': 'same-site' }],
  [{ host: 'inside:1', 'x-forwarded-host': 'nas.example', origin: 'http://inside:1' }],
])('%j is refused as of another site', async (headers) => {
  expect(await statusOf(headers)).toBe(403)
})
