import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { limitConnections, networkOf } from '../../../../src/server/http/connection-limit.ts'

const MAX = 5

let server: Server
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
})

async function listen(exempt: readonly string[] = []): Promise<void> {
  server = createServer((_request, response) => response.end('here'))
  limitConnections(server, { addressConnectionsMax: MAX, exempt })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
}

interface Connection {
  readonly socket: Socket
  answer: string
  isClosed: boolean
}

function open(localAddress: string): Connection {
  const { port } = server.address() as AddressInfo
  const connection = { socket: connect({ host: '127.0.0.1', port, localAddress }), answer: '' }
  const opened: Connection = { ...connection, isClosed: false }
  opened.socket.on('error', () => undefined)
  opened.socket.on('data', (chunk) => {
    opened.answer += String(chunk)
  })
  opened.socket.once('close', () => {
    opened.isClosed = true
  })
  opened.socket.write('GET / HTTP/1.1\r\nHost: waybill.invalid\r\n\r\n')
  sockets.push(opened.socket)
  return opened
}

/** Waits until each is answered or closed; answers how many are answered. */
async function served(connections: readonly Connection[]): Promise<number> {
  await vi.waitFor(
    () => expect(connections.every((one) => one.isClosed || one.answer !== '')).toBe(true),
    { timeout: 30_000 },
  )
  return connections.filter(({ answer }) => answer.endsWith('here')).length
}

test('an address has so many connections, and one that ends makes room', async () => {
  await listen()
  const many = Array.from({ length: 3 * MAX }, () => open('127.0.0.2'))
  expect(await served(many)).toBe(MAX)
  expect(await served([open('127.0.0.3')])).toBe(1)
  many.find(({ isClosed }) => !isClosed)?.socket.destroy()
  await vi.waitFor(async () => expect(await served([open('127.0.0.2')])).toBe(1), {
    timeout: 30_000,
  })
  expect(await served([open('127.0.0.2')])).toBe(0)
})

test('a trusted proxy has as many connections as it opens', async () => {
  await listen(['10.0.0.0/8', '127.0.0.2', '2001:db8::/32'])
  expect(await served(Array.from({ length: 3 * MAX }, () => open('127.0.0.2')))).toBe(3 * MAX)
  expect(await served(Array.from({ length: 3 * MAX }, () => open('127.0.0.3')))).toBe(MAX)
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:DB8::9', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('connections of %s are counted as those of %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
