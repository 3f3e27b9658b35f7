import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

/** What one address may have, and what it tries. */
const ADDRESS_CONNECTIONS_MAX = 1024
const TRIED = 1400

let waybill: WaybillProcess
const sockets: Socket[] = []
beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  await waybill?.stop()
})

test('an address that opens connections without end keeps no other address out', async () => {
  let open = 0
  let closed = 0
  for (let number = 0; number < TRIED; number += 1) {
    const port = Number(new URL(waybill.url).port)
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' })
    socket.on('error', () => undefined)
    socket.once('connect', () => {
      open += 1
    })
    socket.once('close', () => {
      closed += 1
    })
    socket.resume()
    sockets.push(socket)
  }
  const counts = async () => ({ open, closed })
  await eventually(counts, ({ closed: seen }) => seen >= TRIED - ADDRESS_CONNECTIONS_MAX, {
    what: 'connections that are closed at once',
  })
  expect(closed).toBe(TRIED - ADDRESS_CONNECTIONS_MAX)
  expect((await waybill.request('/v1/status')).status).toBe(200)
  for (const socket of sockets.splice(0)) socket.destroy()
  // The address itself is served again once its connections are gone.
  const again = () =>
    new Promise<string>((resolve, reject) => {
      const port = Number(new URL(waybill.url).port)
      const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' })
      socket.once('data', (chunk) => {
        socket.destroy()
        resolve(String(chunk))
      })
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('closed')))
      socket.write('GET /healthz HTTP/1.1\r\nHost: waybill.invalid\r\n\r\n')
    })
  const answer = await eventually(again, (text) => text !== '', { what: 'an answer' })
  expect(answer).toContain('200 OK')
})
