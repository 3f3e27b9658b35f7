import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createVendorClient } from '../../../../src/dialects/collecting/vendor-client.ts'
import { bearerToken } from '../../../../src/dialects/collecting/vendor-credentials.ts'
import type { VendorError } from '../../../../src/dialects/collecting/vendor-error.ts'

const SECRET = 'a-secret-token'
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function clientOf(url: string, tokens: readonly string[] = [SECRET]) {
  const waits: string[] = []
  const left = [...tokens]
  const client = createVendorClient({
    url,
    credentials: bearerToken(async () => left.shift() ?? ''),
    userAgent: 'waybill/test',
    backOffMs: 1,
    trouble: (message) => waits.push(message),
  })
  const get = (path = 'logs', signal = new AbortController().signal) => client.get({ path }, signal)
  return { get, waits }
}

async function errorOf(promise: Promise<unknown>): Promise<VendorError> {
  return promise.then(
    () => expect.unreachable(),
    (error) => error,
  )
}

describe('a client of a vendor', () => {
  test('sends its token, its path and its query', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push(request.url, request.headers.authorization, request.headers['user-agent'])
      response.end('{"ok":1}')
    })
    const client = createVendorClient({
      url: `${url}/prefix`,
      credentials: bearerToken(async () => SECRET),
      userAgent: 'waybill/test',
    })
    const query = { performer: 'acme+ci', next_page: undefined }
    const answer = await client.get({ path: 'api/v1/logs', query }, new AbortController().signal)
    expect(answer).toEqual({ ok: 1 })
    expect(seen).toEqual([
      '/prefix/api/v1/logs?performer=acme%2Bci',
      `Bearer ${SECRET}`,
      'waybill/test',
    ])
  })

  test.each([429, 500, 502, 503, 504])('waits out %i', async (status) => {
    let requests = 0
    const url = await serve((_request, response) => {
      requests += 1
      response.writeHead(requests < 4 ? status : 200).end('{}')
    })
    const { get, waits } = clientOf(url)
    expect(await get()).toEqual({})
    expect(waits).toHaveLength(3)
  })

  test('waits as long as it is asked to, and no longer than a quarter of an hour', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(429, { 'Retry-After': '999999' }).end()
    })
    const { get, waits } = clientOf(url)
    const stop = new AbortController()
    const asked = errorOf(get('logs', stop.signal))
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    expect((await asked).name).toBe('AbortError')
    expect(waits).toEqual([expect.stringContaining('trying again in 900.0 s')])
  })

  test('gives up in the end, and says at what', async () => {
    let requests = 0
    const url = await serve((_request, response) => {
      requests += 1
      response.writeHead(503).end('{"message": "read-only\\u001b[31m"}')
    })
    const error = await errorOf(clientOf(url).get('api/logs?page=2'))
    expect(error.message).toBe(`${url}/api/logs answered 503: read-only [31m`)
    expect(requests).toBe(7)
  })

  test('asks once when it is refused, and again when the token was replaced', async () => {
    let requests = 0
    const url = await serve((request, response) => {
      requests += 1
      response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('{}')
    })
    expect(await clientOf(url, ['old', 'new']).get()).toEqual({})
    expect(requests).toBe(2)
    const error = await errorOf(clientOf(url, ['old', 'old']).get())
    expect(error).toMatchObject({ status: 401, isRefusal: true })
    expect(requests).toBe(4)
  })

  test('follows no redirect, so that no other server sees its token', async () => {
    let strangers = 0
    const stranger = await serve((_request, response) => {
      strangers += 1
      response.end('{}')
    })
    const url = await serve((_request, response) => {
      response.writeHead(302, { Location: stranger }).end()
    })
    expect((await errorOf(clientOf(url).get())).message).toContain('a redirect')
    expect(strangers).toBe(0)
  })

  test('reads no more than its limit', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    const url = await serve((_request, response) => {
      for (let count = 0; count < 33; count += 1) response.write(chunk)
      response.end('{}')
    })
    expect((await errorOf(clientOf(url).get())).message).toContain('more than 33554432 bytes')
  })

  test('an answer that breaks off or is no JSON is asked for again', async () => {
    const answers: RequestListener[] = [
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('{"a"')
        setImmediate(() => response.destroy())
      },
      (_request, response) => response.end('<html>'),
      (_request, response) => response.end('[1]'),
    ]
    const url = await serve((request, response) => answers.shift()?.(request, response))
    expect(await clientOf(url).get()).toEqual([1])
  })

  test('no error holds the token', async () => {
    const url = await serve((_request, response) => response.writeHead(403).end('no'))
    const errors = [
      await errorOf(clientOf(url).get()),
      await errorOf(clientOf('http://127.0.0.1:9').get()),
      await errorOf(clientOf(url.replace('//', `//user:${SECRET}@`)).get()),
    ]
    for (const error of errors) {
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(SECRET)
    }
  })
})
