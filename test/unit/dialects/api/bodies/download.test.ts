import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify from 'fastify'
import { afterEach, expect, test, vi } from 'vitest'
import {
  beginDownload,
  DOWNLOAD_BYTES_PER_SECOND_MIN,
  DOWNLOAD_DELAY_MS_MAX,
} from '../../../../../src/dialects/api/bodies/download.ts'

afterEach(() => {
  vi.useRealTimers()
})

const MEBIBYTE = 1024 * 1024
const PIECE_BYTES = 64 * 1024

/** A document without an end, and whether its reading was ended. */
function endless() {
  const state = { ended: false }
  async function* document() {
    try {
      for (;;) yield new Uint8Array(MEBIBYTE)
    } finally {
      state.ended = true
    }
  }
  return { state, document: document() }
}

/** Lets promises and streams go on while timers stand still. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
}

test('a reader that takes nothing is let go, and frees what it held', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const { state, document } = endless()
  const stream = await beginDownload(document)
  const failed = new Promise<Error>((resolve) => stream.once('error', resolve))
  stream.read()
  await settled()
  vi.advanceTimersByTime(DOWNLOAD_DELAY_MS_MAX - 1)
  await settled()
  expect(stream.destroyed).toBe(false)
  vi.advanceTimersByTime(2)
  expect((await failed).message).toContain(`${DOWNLOAD_BYTES_PER_SECOND_MIN} bytes a second`)
  await settled()
  expect(state.ended).toBe(true)
})

/** Reads at a rate for so long; answers whether the download is still open. */
async function isOpenAfter(bytesPerSecond: number, ms: number): Promise<boolean> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const stream = await beginDownload(endless().document)
  stream.on('error', () => undefined)
  const stepMs = (PIECE_BYTES * 1000) / bytesPerSecond
  for (let spentMs = 0; spentMs < ms && !stream.destroyed; spentMs += stepMs) {
    stream.read(PIECE_BYTES)
    await settled()
    vi.advanceTimersByTime(stepMs)
    await settled()
  }
  const isOpen = !stream.destroyed
  stream.destroy()
  return isOpen
}

test('a reader is let go when it is slower than the slowest rate', async () => {
  const longMs = 20 * DOWNLOAD_DELAY_MS_MAX
  expect(await isOpenAfter(DOWNLOAD_BYTES_PER_SECOND_MIN * 1.2, longMs)).toBe(true)
  expect(await isOpenAfter(DOWNLOAD_BYTES_PER_SECOND_MIN / 2, longMs)).toBe(false)
  expect(await isOpenAfter(17, longMs)).toBe(false)
})

test('what was read fast in the beginning is no credit for a slow rest', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const stream = await beginDownload(endless().document)
  stream.on('error', () => undefined)
  for (let piece = 0; piece < 1000; piece += 1) {
    stream.read(PIECE_BYTES)
    await new Promise(setImmediate)
  }
  await settled()
  vi.advanceTimersByTime(DOWNLOAD_DELAY_MS_MAX + 1)
  await settled()
  expect(stream.destroyed).toBe(true)
})

test('a store that cannot begin is an error, not a document', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first chunk.
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new Error('the store is gone')
  }
  await expect(beginDownload(broken())).rejects.toThrow('the store is gone')
})

test('a document that cannot go on ends visibly, in what the server sends', async () => {
  async function* breaking() {
    yield new Uint8Array(3 * MEBIBYTE)
    await sleep(1)
    throw new Error('the store is gone')
  }
  const server = fastify()
  server.get('/', async (_request, reply) => reply.send(await beginDownload(breaking())))
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const answer = await new Promise<IncomingMessage>((resolve) => get(url, resolve))
  expect(answer.statusCode).toBe(200)
  await expect(answer.resume().toArray()).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(answer.complete).toBe(false)
  await server.close()
})

test('the document comes whole, whatever its chunks are', async () => {
  async function* document() {
    yield 'é'
    yield new Uint8Array(0)
    yield Buffer.alloc(200_000, 'x')
    yield ''
    yield '\n'
  }
  const stream = await beginDownload(document())
  expect(Buffer.concat(await stream.toArray()).toString()).toBe(`é${'x'.repeat(200_000)}\n`)
})

test('a connection that ends ends the reading of the store', async () => {
  const { state, document } = endless()
  const server = createServer(async (_request, response) => {
    const stream = await beginDownload(document)
    stream.pipe(response).once('close', () => stream.destroy())
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const request = get({ host: '127.0.0.1', port })
  request.on('error', () => undefined)
  await new Promise((resolve) => request.once('response', resolve))
  request.destroy()
  await vi.waitFor(() => expect(state.ended).toBe(true), { timeout: 30_000 })
  server.close()
})
