import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import { deadLetterEvent } from '../../../../src/intake/dead-letter.ts'
import type { Listening } from '../../../../src/sources/called-source.ts'
import { CALL_BYTES_MAX } from '../../../../src/sources/docker-authz/plugin-server.ts'
import { dockerAuthzSource } from '../../../../src/sources/docker-authz/source.ts'
import type { Translation } from '../../../../src/sources/source.ts'
import { run } from '../../../support/commands.ts'
import { capturedCalls, response } from './captured.ts'

let folder: string
let socket: string
let listening: Listening | undefined
let taken: Translation[]
const agent = new Agent({ keepAlive: true })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-plugin-'))
  socket = join(folder, 'run', 'plugins', 'waybill.sock')
  taken = []
})

afterEach(async () => {
  await listening?.close()
  listening = undefined
  rmSync(folder, { recursive: true })
})

/** Answers at once; what a plugin does that records first is in recorded-calls.test.ts. */
const settings = () => ({ name: 'host1', socket, recordBeforeAllow: false, recordMsMax: 2_000 })
const listen = () => dockerAuthzSource(settings(), undefined).listen()

async function begin(): Promise<void> {
  listening = await listen()
  listening.begin({
    take: (translation) => void taken.push(translation),
    record: async () => undefined,
    clock: createClock(),
    trouble: (error) => {
      throw error
    },
  })
}

async function call(path: string, body: string | Buffer, method = 'POST') {
  const sent = request({ socketPath: socket, agent, method, path }).end(body)
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const part of answer) text += part
  // Of a large call the own process hears later that it was written than that it was answered.
  if (!sent.writableFinished) await once(sent, 'finish')
  return { status: answer.statusCode, type: answer.headers['content-type'], text }
}

const ALLOWED = {
  status: 200,
  type: 'application/vnd.docker.plugins.v1.1+json',
  text: '{"Allow":true}',
}

const ACT = JSON.stringify(response({ uri: '/containers/web/start', user: 'alice' }).body)

describe('a plugin', () => {
  test('says what it is', async () => {
    await begin()
    const answer = { ...ALLOWED, text: '{"Implements":["authz"]}' }
    expect(await call('/Plugin.Activate', '')).toEqual(answer)
  })

  test('allows each of the captured calls', async () => {
    await begin()
    for (const { kind, body } of capturedCalls()) {
      const path = kind === 'request' ? '/AuthZPlugin.AuthZReq' : '/AuthZPlugin.AuthZRes'
      expect(await call(path, JSON.stringify(body))).toEqual(ALLOWED)
    }
    await listening?.close()
    expect(taken.flatMap(({ events }) => events)).toHaveLength(6)
  })

  test.each([
    ['nothing', ''],
    ['what is no JSON', '{'],
    ['what is too large', Buffer.alloc(CALL_BYTES_MAX * 3, 'x')],
  ])('allows %s, and keeps that it came', async (_what, body) => {
    await begin()
    expect(await call('/AuthZPlugin.AuthZRes', body)).toEqual(ALLOWED)
    expect(await call('/AuthZPlugin.AuthZRes', ACT)).toEqual(ALLOWED)
    await listening?.close()
    expect(taken.map(({ deadLetters }) => deadLetters.length)).toEqual([1, 0])
  })

  test('keeps no more than the beginning of what is too large', async () => {
    await begin()
    const body = Buffer.alloc(CALL_BYTES_MAX * 3, 'x')
    await call('/AuthZPlugin.AuthZRes', body)
    await listening?.close()
    const kept = body.subarray(0, CALL_BYTES_MAX)
    const sha256 = createHash('sha256').update(kept).digest('hex')
    const letters = taken.flatMap(({ deadLetters }) => deadLetters)
    expect(letters.map((letter) => JSON.parse(letter.body.toString()))).toEqual([
      { bytes: body.length, call: expect.any(String), sha256 },
    ])
  })

  test('keeps each call that could not be read, however often it is the same', async () => {
    await begin()
    await call('/AuthZPlugin.AuthZRes', Buffer.alloc(0))
    await call('/AuthZPlugin.AuthZRes', Buffer.alloc(0))
    await listening?.close()
    const letters = taken.flatMap(({ deadLetters }) => deadLetters)
    const names = letters.map((letter) => deadLetterEvent(letter).source?.eventId)
    expect(new Set(names).size).toBe(2)
  })

  test('a path that is longer than a socket can have is refused, and leaves nothing', async () => {
    const long = join(folder, `${'x'.repeat(120)}.sock`)
    const source = dockerAuthzSource({ ...settings(), socket: long }, undefined)
    await expect(source.listen()).rejects.toThrow('at most 107 bytes')
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['POST', '/VolumeDriver.Create'],
    ['POST', '/'],
    ['GET', '/Plugin.Activate'],
    ['PUT', '/AuthZPlugin.AuthZRes'],
  ])('has no %s %s', async (method, path) => {
    await begin()
    expect(await call(path, '', method)).toMatchObject({ status: 404 })
  })

  test('answers before a sink is attached, which receives the events later', async () => {
    listening = await listen()
    expect(await call('/AuthZPlugin.AuthZRes', ACT)).toEqual(ALLOWED)
    listening.begin({
      take: (translation) => void taken.push(translation),
      record: async () => undefined,
      clock: createClock(),
      trouble: () => undefined,
    })
    await listening.close()
    expect(taken.flatMap(({ events }) => events)).toMatchObject([{ action: 'container.start' }])
  })
})

describe('the socket', () => {
  test('is only for the user of the process, and is gone after a stop', async () => {
    await begin()
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    await listening?.close()
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined()
  })

  test('of a process that died is replaced', async () => {
    await begin()
    await listening?.close()
    // A process that is killed leaves its socket behind.
    const script =
      `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => ` +
      "process.kill(process.pid, 'SIGKILL'))"
    await run(process.execPath, '-e', script).catch(() => undefined)
    expect(statSync(socket).isSocket()).toBe(true)
    await begin()
    expect(await call('/AuthZPlugin.AuthZReq', '{}')).toEqual(ALLOWED)
  })

  test('of a process that lives is left to it', async () => {
    const path = join(folder, 'other.sock')
    const other = createServer((connection) => connection.end()).listen(path)
    await once(other, 'listening')
    socket = path
    await expect(listen()).rejects.toThrow(`another process is already listening on ${path}`)
    expect(statSync(path).isSocket()).toBe(true)
    other.close()
    await once(other, 'close')
  })

  test('does not take the place of a file', async () => {
    socket = join(folder, 'file')
    writeFileSync(socket, 'kept')
    await expect(listen()).rejects.toThrow(
      `${socket} exists and is not a socket: remove it or choose another path`,
    )
    expect(statSync(socket).size).toBe(4)
  })
})
