import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { SpelledResponse } from '../../../../src/server/http/spelled-response.ts'

/** The names of the headers of one answer, as they went over the wire. */
async function sentNames(answer: (response: SpelledResponse) => void): Promise<readonly string[]> {
  const server = createServer({ ServerResponse: SpelledResponse }, (_request, response) =>
    answer(response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject)
    })
    response.resume()
    return response.rawHeaders.filter((_text, index) => index % 2 === 0)
  } finally {
    server.close()
  }
}

const DOCUMENTED = [
  'Content-Type',
  'ETag',
  'Set-Cookie',
  'WWW-Authenticate',
  'X-Next-CSRF-Token',
  'X-Request-Id',
  'X-Subject-Token',
]
const LOWER_CASE = Object.fromEntries(DOCUMENTED.map((name) => [name.toLowerCase(), 'value']))

test('names that the framework has in lower case are sent as they are documented', async () => {
  const names = await sentNames((response) => response.writeHead(200, LOWER_CASE).end())
  expect(names).toEqual(expect.arrayContaining(DOCUMENTED))
  // Again, with names that are known by now, and each way in which a name can be given.
  const others = await sentNames((response) => {
    response.setHeader('x-request-id', 'a')
    response.setHeader('X-SUBJECT-TOKEN', 'b')
    response.writeHead(200, 'OK', { 'www-authenticate': 'c', 'set-cookie': ['d', 'e'] }).end()
  })
  expect(others).toEqual(
    expect.arrayContaining(['X-Request-Id', 'X-Subject-Token', 'WWW-Authenticate', 'Set-Cookie']),
  )
  expect(others.filter((name) => name.toLowerCase() === 'x-request-id')).toHaveLength(1)
})

test('a header of a response is found again under any spelling, and replaced', async () => {
  const names = await sentNames((response) => {
    response.setHeader('x-request-id', 'a')
    expect(response.getHeader('X-Request-Id')).toBe('a')
    response.setHeader('X-REQUEST-ID', 'b').removeHeader('x-next-csrf-token')
    response.end()
  })
  expect(names.filter((name) => /^x-/i.test(name))).toEqual(['X-Request-Id'])
})
