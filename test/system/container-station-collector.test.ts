import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const API = '/container-station/api/v1'
const PASSWORD = 'blanks and ümlauts'
const CONTAINERS = 120
const WEB = { type: 'container', id: 'c'.repeat(64), name: 'web' }

const endings: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function waybill(...parameters: Parameters<typeof startWaybill>): Promise<WaybillProcess> {
  const started = await startWaybill(...parameters)
  endings.push(() => started.stop())
  return started
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-station-'))
  endings.push(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A Waybill that answers as a station whose clock is eight hours ahead. */
async function station(environment: Record<string, string> = {}): Promise<WaybillProcess> {
  const peer = await waybill({
    environment: { WAYBILL_DIALECTS_CONTAINER_STATION_TIMEZONE_OFFSET: '+08:00', ...environment },
  })
  const user = { name: 'operator', tenant: 'default', password: PASSWORD, roles: ['administrator'] }
  await post(peer, '/v1/users', user)
  return peer
}

async function post(server: WaybillProcess, path: string, body: unknown): Promise<void> {
  const answer = await server.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.clone().text()).toBe(201)
}

async function read<Body>(server: WaybillProcess, path: string): Promise<Body> {
  const answer = await server.request(path)
  expect(answer.status, path).toBe(200)
  return JSON.parse(await answer.text())
}

/** What three containers a second do, somebody's images, and what has no row or no message. */
function acts(count: number, fromSecond = 0): readonly object[] {
  const start = Date.UTC(2024, 5, 18, 12) + fromSecond * 1000
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(start + Math.floor(index / 3) * 1000 + (index % 3) * 250).toISOString()
    const id = String(index).padStart(64, 'a')
    const target = { type: 'container', id, name: `c${index}` }
    return index % 5 === 0
      ? {
          ...{
            action: 'image.pull',
            outcome: 'success',
            time,
            actor: { name: 'system', kind: 'system' },
          },
          target: { type: 'image', name: `busybox:${index}`, tag: String(index) },
          message: `Finished to download image from dockerhub (docker, busybox:${index})`,
        }
      : { action: 'container.start', outcome: 'success', time, target }
  })
}

interface Row {
  readonly id: number
}

/** All rows of a log, newest first, without the ids, which are those of each ledger. */
async function rowsOf(server: WaybillProcess): Promise<readonly object[]> {
  const rows: object[] = []
  for (;;) {
    const page = await read<readonly Row[]>(server, `${API}/log?limit=100&offset=${rows.length}`)
    rows.push(...page.map(({ id: _, ...row }) => row))
    if (page.length === 0) return rows
  }
}

async function messagesOf(server: WaybillProcess): Promise<readonly string[]> {
  const window = await read<{ messages: readonly string[] }>(server, `${API}/event?index=0`)
  return window.messages
}

/** Runs `waybill collect container-station` to its end. */
async function collect(peer: WaybillProcess, own: WaybillProcess, ...more: readonly string[]) {
  const argv = ['--url', peer.url, '--username', 'operator', '--name', 'nas', ...more]
  return promisify(execFile)(
    process.execPath,
    [PROGRAM, 'collect', 'container-station', '--timezone-offset', '+08:00', ...argv],
    {
      env: {
        PATH: process.env['PATH'],
        WAYBILL_SERVER: own.url,
        WAYBILL_TOKEN: own.adminToken,
        STATION_PASSWORD: PASSWORD,
      },
    },
  )
}

const SAME_CLOCK = {
  environment: { WAYBILL_DIALECTS_CONTAINER_STATION_TIMEZONE_OFFSET: '+08:00' },
}

test('what is collected is answered as the station answers it, and read once', async () => {
  const [peer, own] = [await station(), await waybill(SAME_CLOCK)]
  await post(peer, '/v1/events', acts(CONTAINERS))
  expect((await collect(peer, own, '--tenant', 'default')).stdout).toMatch(/^stored \d+ events/)
  expect(await rowsOf(own)).toEqual(await rowsOf(peer))
  expect(await rowsOf(own)).toHaveLength(CONTAINERS)
  const [mine, theirs] = [await messagesOf(own), await messagesOf(peer)]
  expect([...mine].sort()).toEqual([...theirs].sort())

  // An act is one event in the ledger: what the feed says of it again is a notice.
  const starts = await read<{ count: number }>(own, '/v1/events/count?action=container.start')
  expect(starts.count).toBe(CONTAINERS - CONTAINERS / 5)

  const before = await read<{ count: number }>(own, '/v1/events/count')
  await collect(peer, own, '--tenant', 'default')
  expect(await read(own, '/v1/events/count')).toEqual(before)

  await post(peer, '/v1/events', acts(CONTAINERS, 3600))
  await collect(peer, own, '--tenant', 'default')
  expect(await rowsOf(own)).toEqual(await rowsOf(peer))
  expect([...(await messagesOf(own))].sort()).toEqual([...(await messagesOf(peer))].sort())
})

test('what failed is collected as failed, and answered as the station answers it', async () => {
  const [peer, own] = [await station(), await waybill(SAME_CLOCK)]
  const image = { type: 'image', name: 'busybox:1', tag: '1' }
  const acts = [
    { action: 'container.start', outcome: 'success', target: WEB },
    { action: 'container.delete', outcome: 'denied', level: 'info', target: WEB },
    { action: 'container.rename', outcome: 'failure', level: 'warn', target: WEB },
    { action: 'container.stop', outcome: 'pending', target: WEB },
    { action: 'image.delete', outcome: 'denied', target: image },
    { action: 'network.delete', outcome: 'failure', target: { name: 'net1' } },
  ]
  const time = (second: number) => `2024-06-18T12:00:0${second}Z`
  await post(
    peer,
    '/v1/events',
    acts.map((act, second) => ({ ...act, time: time(second) })),
  )
  await collect(peer, own, '--tenant', 'default')
  const rows = await rowsOf(own)
  expect(rows).toEqual(await rowsOf(peer))
  expect(rows.slice(0, 3)).toMatchObject([
    { level: 'ERROR', message: 'Failed to remove network: net1' },
    { level: 'ERROR', message: 'Failed to remove image (docker, busybox:1)' },
    { level: 'INFO', message: 'Start to stop container (docker, cccccccccccc, web)' },
  ])
  expect(await messagesOf(own)).toEqual(await messagesOf(peer))
  const found = await read<{ events: readonly { action: string; outcome: string }[] }>(
    own,
    '/v1/events?source=container-station/nas&order=oldest',
  )
  const collected = found.events.filter(({ action }) => !action.endsWith('.notify'))
  expect(collected.map(({ action, outcome }) => [action, outcome])).toEqual([
    ['container.start', 'success'],
    ['container.delete', 'failure'],
    ['container.rename', 'failure'],
    ['container.stop', 'pending'],
    ['image.delete', 'failure'],
    ['network.delete', 'failure'],
  ])
  const web = await read<{ state: string }>(own, `${API}/container/docker/${WEB.id}`)
  expect(web.state).toBe('running')
})

test('both clocks of a station are read as true time', async () => {
  const [peer, own] = [await station(), await waybill()]
  const time = '2024-06-18T12:00:07.250000Z'
  const started = { action: 'container.start', outcome: 'success', time, target: WEB }
  await post(peer, '/v1/events', started)
  await collect(peer, own, '--tenant', 'default')
  const found = await read<{ events: readonly { time: string; action: string }[] }>(
    own,
    '/v1/events?source=container-station/nas&order=oldest',
  )
  expect(found.events.map(({ action }) => action).sort()).toEqual([
    'container.notify',
    'container.start',
  ])
  expect(new Set(found.events.map((event) => event.time))).toEqual(
    new Set(['2024-06-18T12:00:07.000000Z']),
  )
})

test('a log that was cleared is noticed, and read from its new beginning', async () => {
  const [peer, own] = [await station(), await waybill(SAME_CLOCK)]
  await post(peer, '/v1/events', acts(30))
  await collect(peer, own, '--tenant', 'default')
  const cleared = await peer.request(`${API}/log`, { method: 'DELETE' })
  expect(await cleared.json()).toEqual({ records: 30 })
  await post(peer, '/v1/events', acts(10, 60))
  const { stderr } = await collect(peer, own, '--tenant', 'default')
  expect(stderr).toContain('The log was cleared')
  const gaps = await read<{ count: number }>(own, '/v1/events/count?action=collector.gap')
  expect(gaps.count).toBe(1)
  const clears = await read<{ count: number }>(own, '/v1/events/count?action=log.clear')
  expect(clears.count).toBe(1)
  const rows = await read<{ count: number }>(own, '/v1/events/count?action=container.start')
  expect(rows.count).toBe(24 + 8)
})

test.each([
  ['its status', 'false'],
  ['its body alone', 'true'],
])('a refused session, told by %s, is opened again', async (_, status200) => {
  const peer = await station({ WAYBILL_DIALECTS_CONTAINER_STATION_ERROR_STATUS200: status200 })
  await post(peer, '/v1/events', acts(5))
  const folder = temporaryFolder()
  const configuration = join(folder, 'waybill.json')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${PASSWORD}\n`)
  const collector = {
    ...{ name: 'nas', url: peer.url, username: 'operator', passwordFile, everySeconds: 1 },
    timezoneOffset: '+08:00',
  }
  writeFileSync(configuration, JSON.stringify({ collectors: { containerStation: [collector] } }))
  const own = await waybill({ ...SAME_CLOCK, arguments: ['--config', configuration] })
  const isSame = async () => {
    const [mine, theirs] = [await rowsOf(own), await rowsOf(peer)]
    return JSON.stringify(mine) === JSON.stringify(theirs) ? mine.length : 0
  }
  await eventually(isSame, (rows) => rows === 5, { what: 'the first rows' })

  const [operator] = await read<readonly { id: string }[]>(peer, '/v1/users').then((body) =>
    usersIn(body, 'operator'),
  )
  const changed = await peer.request(`/v1/users/${operator?.id}/password`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ password: 'another one' }),
  })
  expect([200, 204]).toContain(changed.status)
  await post(peer, '/v1/events', acts(5, 60))
  await eventually(
    async () => own.log(),
    (log) => log.includes('does not let operator in'),
    { what: 'the refusal' },
  )
  writeFileSync(passwordFile, 'another one')
  await eventually(isSame, (rows) => rows === 10, { what: 'the other rows' })
  expect(own.log()).not.toContain('another one')
  expect(own.log()).not.toContain(PASSWORD)
})

function usersIn(body: unknown, name: string): readonly { id: string }[] {
  const users: readonly { id: string; name: string }[] = Array.isArray(body)
    ? body
    : Object(body).users
  return users.filter((user) => user.name === name)
}
