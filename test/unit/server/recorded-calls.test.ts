import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClock } from '../../../src/core/time/timestamp.ts'
import type { Ledger } from '../../../src/ledger/ledger.ts'
import { openLedger } from '../../../src/ledger/open-ledger.ts'
import { createMetrics } from '../../../src/server/observe/metrics.ts'
import { storeCalls } from '../../../src/server/tasks/called-sources.ts'
import { RECORDING_CALLS_MAX } from '../../../src/sources/docker-authz/calls/call-gate.ts'
import { dockerAuthzSource } from '../../../src/sources/docker-authz/source.ts'
import { ArrayEventWriter } from '../../support/array-event-writer.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultyFiles } from '../../support/faulty-files.ts'
import { type Asked, response } from '../sources/docker-authz/captured.ts'

// A whole plugin on a real socket, in front of a ledger whose disk fails on command.

let folder: string
let socket: string
let writer: ArrayEventWriter
let files: FaultyFiles
let ledger: Ledger
let stopping: AbortController
let storing: Promise<void>
let logged: unknown[]
let agent: Agent

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-recorded-'))
  socket = join(folder, 'waybill.sock')
  writer = new ArrayEventWriter()
  files = new FaultyFiles()
  logged = []
  agent = new Agent({ keepAlive: true })
  await openTheLedger()
})

afterEach(async () => {
  agent.destroy()
  files.release()
  await stop()
  await ledger.close()
  rmSync(folder, { recursive: true, force: true })
})

async function openTheLedger(): Promise<void> {
  const journal = { startThread: files.start }
  ledger = await openLedger({ origin: 'test', writer, dataDirectory: folder, journal })
}

async function listen(settings: { recordBeforeAllow?: boolean; recordMsMax?: number } = {}) {
  const source = dockerAuthzSource(
    { name: 'host1', socket, recordBeforeAllow: true, recordMsMax: 10_000, ...settings },
    undefined,
  )
  return { source, listening: await source.listen() }
}

function begin(plugin: Awaited<ReturnType<typeof listen>>): void {
  const services = {
    context: { ledger, clock: createClock(), defaultTenant: 'default' },
    metrics: createMetrics(ledger),
    log: { warn: (...said: unknown[]) => void logged.push(said) },
  }
  stopping = new AbortController()
  storing = storeCalls(plugin, services, stopping.signal)
}

const start = async (settings?: Parameters<typeof listen>[0]) => begin(await listen(settings))

async function stop(): Promise<void> {
  stopping?.abort()
  await storing
}

interface Decision {
  readonly Allow: boolean
  readonly Msg?: string
}

async function call(path: string, text: string): Promise<Decision> {
  const sent = request({ socketPath: socket, agent, method: 'POST', path }).end(text)
  const [answer] = await once(sent, 'response')
  let body = ''
  for await (const part of answer) body += part
  return JSON.parse(body)
}

const ask = (asked: Asked) => {
  const { body } = response({ ...asked, status: 0 })
  return call('/AuthZPlugin.AuthZReq', JSON.stringify(body))
}
const end = (asked: Asked) => call('/AuthZPlugin.AuthZRes', JSON.stringify(response(asked).body))

const START = { uri: '/containers/web/start', user: 'alice' }
const ALLOWED = { Allow: true }

/** What can be read of the ledger once everything in it is indexed. */
async function recorded() {
  await ledger.whenReadable(ledger.status().size)
  return writer.rows.map(({ event }) => event)
}

const outcomes = async () => (await recorded()).map(({ outcome }) => outcome)

/** As many denials as were queued are recorded in the background. */
const recordedUntil = (count: number) =>
  eventually(recorded, ({ length }) => length >= count, { what: `${count} events` })

test('a request that was allowed is in the ledger of a process that was killed then', async () => {
  await start()
  // The store never gets it: the journal alone has it.
  writer.nextFates = Array.from({ length: 100 }, () => 'fail')
  expect(await ask(START)).toEqual(ALLOWED)
  files.crash()
  const killed = ledger
  writer = new ArrayEventWriter()
  await openTheLedger()
  expect(await recorded()).toMatchObject([
    {
      ...{ action: 'container.start', outcome: 'pending', level: 'info', tenant: 'default' },
      source: { kind: 'docker-authz', name: 'host1' },
      actor: { kind: 'user', name: 'alice' },
      target: { type: 'container', name: 'web' },
      message: 'alice asked Docker to start container web',
      details: { path: '/containers/web/start', requestId: expect.any(String) },
    },
  ])
  await killed.close().catch(() => undefined)
})

test('its end is an event too, with the same number', async () => {
  await start()
  await ask(START)
  expect(await end({ ...START, status: 404 })).toEqual(ALLOWED)
  const [asked, ended, ...more] = await recordedUntil(2)
  expect(more).toEqual([])
  expect([asked?.outcome, ended?.outcome]).toEqual(['pending', 'failure'])
  expect(ended?.details?.['requestId']).toBe(asked?.details?.['requestId'])
  expect(ended?.details?.['status']).toBe(404)
})

test('requests of one kind have numbers of their own, also after one that has no end', async () => {
  await start()
  await ask(START)
  for (const status of [204, 304]) {
    await ask(START)
    await end({ ...START, status })
  }
  const numbers = (await recordedUntil(5)).map(({ outcome, details }) => [
    outcome === 'pending',
    details?.['requestId'],
  ])
  const asked = numbers.filter(([isAsked]) => isAsked).map(([, number]) => number)
  const ended = numbers.filter(([isAsked]) => !isAsked).map(([, number]) => number)
  expect(new Set(asked).size).toBe(3)
  expect(ended).toEqual(asked.slice(1))
})

test('many requests at once are written together, and each is recorded', async () => {
  await start()
  const uris = Array.from({ length: 100 }, (_, index) => `/containers/c${index}/start`)
  const answers = await Promise.all(uris.map((uri) => ask({ uri })))
  expect(answers.every(({ Allow }) => Allow)).toBe(true)
  expect(new Set((await recorded()).map(({ target }) => target?.name)).size).toBe(100)
  expect(files.recordSizes.length).toBeLessThan(100)
})

test('a request that a hanging disk does not take is denied in words for its user', async () => {
  await start({ recordMsMax: 1_500 })
  files.nextFates = ['hang']
  const denied = await ask({ uri: '/containers/web/start?secret=hunter2', user: 'alice' })
  expect(denied).toEqual({
    Allow: false,
    Msg:
      'Waybill could not record this request (the ledger did not store it within 1500 ms), so it ' +
      'was denied. Read-only requests still work. Operators: check the log of Waybill and free ' +
      'disk space, or set recordBeforeAllow: false for host1 in sources.dockerAuthz and restart ' +
      'Waybill.',
  })
  expect(logged).toHaveLength(1)
  files.release()
  // It was on its way to the disk, and arrived there all the same.
  const [asked, refused] = await recordedUntil(2)
  expect([asked?.outcome, refused?.outcome]).toEqual(['pending', 'denied'])
  expect(refused).toMatchObject({
    ...{ level: 'warn', actor: { name: 'alice' }, target: { name: 'web' } },
    message: 'Denied because it could not be recorded: alice asked Docker to start container web',
    details: {
      requestId: asked?.details?.['requestId'],
      reason: 'the ledger did not store it within 1500 ms',
    },
  })
})

test.each(['fail', 'write half and fail', 'write and fail'] as const)(
  'a request whose record ends with "%s" is denied at once, and recorded as denied later',
  async (fate) => {
    await start()
    files.nextFates = [fate]
    const { Allow, Msg } = await ask(START)
    expect({ Allow, Msg }).toEqual({
      Allow: false,
      Msg: expect.stringContaining('the ledger cannot be written; its disk may be full'),
    })
    await eventually(outcomes, (all) => all.includes('denied'), { what: 'the denial' })
    expect(await ask(START)).toEqual(ALLOWED)
    expect((await outcomes()).at(-1)).toBe('pending')
  },
)

test('while the ledger takes nothing, requests that only read are allowed', async () => {
  await start({ recordMsMax: 500 })
  files.nextFates = ['hang']
  await ask(START)
  for (const uri of ['/_ping', '/containers/json', '/containers/web/logs?stdout=1']) {
    expect(await ask({ method: 'GET', uri })).toEqual(ALLOWED)
  }
})

test('with the setting off a request is allowed, whatever the disk does', async () => {
  await start({ recordBeforeAllow: false })
  files.nextFates = ['hang']
  expect(await ask(START)).toEqual(ALLOWED)
  expect(await end(START)).toEqual(ALLOWED)
  expect(await ask(START)).toEqual(ALLOWED)
  await eventually(
    async () => files.nextFates,
    ({ length }) => length === 0,
    { what: 'the disk hangs' },
  )
  files.release()
  const [event, ...more] = await recordedUntil(1)
  expect([event?.outcome, event?.details?.['requestId'], more]).toEqual(['success', undefined, []])
})

test('what cannot be read is recorded as that before it is allowed', async () => {
  await start()
  expect(await call('/AuthZPlugin.AuthZReq', '{')).toEqual(ALLOWED)
  expect(await recorded()).toMatchObject([
    { action: 'source.dead-letter', details: { reason: 'a call is not a JSON object in UTF-8' } },
  ])
  files.nextFates = ['fail']
  expect(await call('/AuthZPlugin.AuthZReq', '{')).toMatchObject({ Allow: false })
})

test('beyond its limit of requests that wait, further ones are denied at once', async () => {
  await start()
  files.nextFates = ['hang']
  const uri = '/containers/web/kill'
  const waiting = Array.from({ length: RECORDING_CALLS_MAX }, () => ask({ uri }))
  const further = await eventually(
    () => ask({ uri, user: 'bob' }),
    ({ Allow }) => !Allow,
    { what: 'a denial' },
  )
  expect(further.Msg).toContain(
    `${RECORDING_CALLS_MAX} requests are already waiting to be recorded`,
  )
  files.release()
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => ALLOWED))
  expect(await ask({ uri })).toEqual(ALLOWED)
})

test('a stop answers the requests that wait', async () => {
  await start()
  files.nextFates = ['hang']
  const waiting = ask(START)
  await eventually(
    async () => files.nextFates,
    ({ length }) => length === 0,
    { what: 'the disk hangs' },
  )
  const stopped = stop()
  expect(await waiting).toMatchObject({
    Allow: false,
    Msg: expect.stringContaining('Waybill is shutting down'),
  })
  files.release()
  await stopped
  expect(await outcomes()).toEqual(['pending', 'denied'])
})

test('a request that comes before the ledger is open waits for it', async () => {
  const plugin = await listen()
  const waiting = ask(START)
  expect(await ask({ method: 'GET', uri: '/_ping' })).toEqual(ALLOWED)
  begin(plugin)
  expect(await waiting).toEqual(ALLOWED)
  expect(await outcomes()).toEqual(['pending'])
})

test('one that comes while nothing opens is denied in time', async () => {
  const plugin = await listen({ recordMsMax: 500 })
  expect(await ask(START)).toMatchObject({ Allow: false })
  begin(plugin)
  expect((await recordedUntil(1)).map(({ outcome }) => outcome)).toEqual(['denied'])
})
