import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

let waybill: WaybillProcess
beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(async () => {
  await waybill?.stop()
})

/** Sends raw bytes and reads until the server closes. */
async function exchange(lines: readonly string[]) {
  const { port } = new URL(waybill.url)
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body }
}

const HOST = 'Host: waybill.invalid'
const CLOSE = 'Connection: close'

describe('what is refused before a route is found is a problem like any other', () => {
  test.each([
    ['no HTTP', ['NONSENSE'], 400],
    ['a blank in Host', ['GET /v1/events HTTP/1.1', 'Host: a b', CLOSE], 400],
    ['a path in Host', ['GET /v1/events HTTP/1.1', 'Host: x/../y', CLOSE], 400],
    ['a user in Host', ['GET /v1/events HTTP/1.1', 'Host: evil:1@x', CLOSE], 400],
    ['half of an IPv6 address in Host', ['GET / HTTP/1.1', 'Host: [::1', CLOSE], 400],
    ['two Hosts', ['GET /v1/events HTTP/1.1', HOST, 'Host: other.invalid', CLOSE], 400],
    ['no Host', ['GET /v1/events HTTP/1.1', CLOSE], 400],
    ['a huge head', ['GET / HTTP/1.1', HOST, `X-Long: ${'x'.repeat(40_000)}`], 431],
    ['an expectation', ['GET / HTTP/1.1', HOST, 'Expect: miracles', CLOSE], 417],
    ['TRACE of a known path', ['TRACE /v1/events HTTP/1.1', HOST, CLOSE], 405],
    ['OPTIONS of a known path', ['OPTIONS /v1/users HTTP/1.1', HOST, CLOSE], 405],
    ['TRACE of health', ['TRACE /healthz HTTP/1.1', HOST, CLOSE], 405],
    ['DELETE of metrics', ['DELETE /metrics HTTP/1.1', HOST, CLOSE], 405],
    ['GET of a source', ['GET /v1/sources/distribution/x HTTP/1.1', HOST, CLOSE], 405],
  ])('%s', async (_what, lines, status) => {
    const answer = await exchange(lines)
    expect(answer.status).toBe(status)
    expect(answer.head).toContain('content-type: application/problem+json')
    expect(JSON.parse(answer.body)).toMatchObject({ status, code: expect.any(String) })
  })
})

test.each([HOST, 'Host: [::1]:7480', 'Host: 127.0.0.1', 'Host: name:80'])(
  'a valid Host is taken: %s',
  async (host) => {
    expect((await exchange(['GET /healthz HTTP/1.1', host, CLOSE])).status).toBe(200)
  },
)

test('no cache keeps an answer, and no browser guesses its type', async () => {
  for (const path of ['/v1/events', '/v1/missing', '/healthz', '/api/v1/user/logs']) {
    const { headers } = await waybill.request(path)
    expect(headers.get('Cache-Control')).toContain('no-store')
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
  }
})

test.each(['true', '0x10', '1e1', '%205', '', '5.0', '1&limit=2'])(
  'an integer is written in digits: limit=%s is refused',
  async (limit) => {
    const answer = await waybill.request(`/v1/events?limit=${limit}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'limit' }] })
  },
)

test('a body with __proto__ is refused by that name', async () => {
  const answer = await waybill.request('/v1/users', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"name":"x","__proto__":{"roles":["administrator"]}}',
  })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('__proto__')
})
