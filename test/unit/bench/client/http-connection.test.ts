import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import {
  expectStatus,
  HttpConnection,
  requestHead,
} from '../../../../bench/client/http-connection.ts'
import { sendAll } from '../../../../bench/client/http-load.ts'

let server: Server | undefined
afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
})

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

const GET = requestHead({ method: 'GET', path: '/' })

test('answers are told apart on one connection, whatever pieces they come in', async () => {
  let answered = 0
  const url = await listen((_request, response) => {
    answered += 1
    const body = Buffer.from(`answer ${answered} `.repeat(20_000))
    response.writeHead(200, { 'Content-Length': body.length })
    response.write(body.subarray(0, 7))
    setImmediate(() => response.end(body.subarray(7)))
  })
  const connection = await HttpConnection.open(url)
  for (const number of [1, 2, 3]) {
    const { status, body } = await connection.send(GET)
    expect(status).toBe(200)
    expect(body.toString()).toBe(`answer ${number} `.repeat(20_000))
  }
  connection.close()
})

test('answers in chunks are whole, and the next answer is no part of them', async () => {
  let answered = 0
  const url = await listen((_request, response) => {
    answered += 1
    // An answer without a length is sent in chunks, those of an empty one too.
    if (answered === 3) {
      response.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end()
      return
    }
    response.writeHead(200)
    response.write(`\r\n0\r\n\r\nanswer ${answered} `.repeat(20_000))
    setImmediate(() => response.end('end'))
  })
  const connection = await HttpConnection.open(url)
  for (const number of [1, 2]) {
    const { body } = await connection.send(GET)
    expect(body.toString()).toBe(`${`\r\n0\r\n\r\nanswer ${number} `.repeat(20_000)}end`)
  }
  expect((await connection.send(GET)).body.length).toBe(0)
  connection.close()
})

test('a body arrives as it was sent, with the credentials', async () => {
  const url = await listen((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const seen = `${request.method} ${request.url} ${request.headers.authorization} `
      const body = Buffer.concat([Buffer.from(seen), ...chunks])
      response.writeHead(201, { 'Content-Length': body.length }).end(body)
    })
  })
  const connection = await HttpConnection.open(url)
  const body = Buffer.from('{"action":"image.push"}')
  const head = requestHead({
    method: 'POST',
    path: '/v1/events',
    token: 'secret',
    contentType: 'application/json',
    contentLength: body.length,
  })
  const answer = await connection.send(head, body)
  connection.close()
  expect(answer.status).toBe(201)
  expect(answer.body.toString()).toBe('POST /v1/events Bearer secret {"action":"image.push"}')
})

test('another status than the expected one is an error that holds the answer', () => {
  const refused = { status: 429, body: Buffer.from('come back') }
  expect(() => expectStatus(refused, 201)).toThrow(/429.*come back/)
})

test('a server that goes away fails the request instead of leaving it waiting', async () => {
  const url = await listen((request) => request.socket.destroy())
  const connection = await HttpConnection.open(url)
  await expect(connection.send(GET)).rejects.toThrow()
})

test('a load waits as long as a refusal says and sends the request again', async () => {
  const seen: (string | undefined)[] = []
  const url = await listen((request, response) => {
    seen.push(request.url)
    const isRefused = request.url === '/1' && seen.length < 3
    const head = { 'Content-Length': 0, ...(isRefused && { 'Retry-After': '0' }) }
    response.writeHead(isRefused ? 429 : 200, head).end()
  })
  const left = ['/1', '/2'].map((path) => ({ head: requestHead({ method: 'GET', path }) }))
  const load = { url, connections: 1, expected: 200, next: () => left.shift() }
  expect((await sendAll({ ...load, repeatsRefused: true })).refused).toBe(2)
  expect(seen).toEqual(['/1', '/1', '/1', '/2'])
})

test('a load sends every request once and times each', async () => {
  const seen: (string | undefined)[] = []
  const url = await listen((request, response) => {
    seen.push(request.url)
    response.writeHead(200, { 'Content-Length': 2 }).end('ok')
  })
  const paths = Array.from({ length: 40 }, (_, index) => `/${index}`)
  const left = paths.map((path) => ({ head: requestHead({ method: 'GET', path }) }))
  const { latenciesMs } = await sendAll({
    url,
    connections: 5,
    expected: 200,
    next: () => left.shift(),
  })
  expect(latenciesMs.length).toBe(paths.length)
  expect(new Set(seen)).toEqual(new Set(paths))
  expect(seen.length).toBe(paths.length)
})
