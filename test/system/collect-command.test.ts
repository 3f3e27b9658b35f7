import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { eventually } from '../support/eventually.ts'
import { everyKind, quayEvent } from '../support/quay-events.ts'
import { lossyPages, type QuayFront, startFront } from '../support/quay-front.ts'
import { collectedEvents, post, quayEntries, quayPages } from '../support/quay-pages.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const DAY = Date.UTC(2024, 5, 18) / 1000
const NEXT_MONTH = Date.UTC(2024, 6, 2) / 1000
const RANGE = 'starttime=06/01/2024&endtime=07/31/2024'

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

interface Parts {
  /** Whose log is read. */
  readonly peer: WaybillProcess
  readonly front: QuayFront
  /** Where it is collected. */
  readonly waybill: WaybillProcess
}

async function startParts(events: readonly NewEvent[]): Promise<Parts> {
  const [peer, waybill] = await Promise.all([startWaybill(), startWaybill()])
  endings.push(peer.stop, waybill.stop)
  const front = await startFront(peer.url)
  endings.push(front.close)
  await post(peer, events)
  return { peer, front, waybill }
}

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts `waybill collect quay` on the front. */
function collect({ peer, front, waybill }: Parts, ...argv: readonly string[]) {
  const own = ['--url', front.url, '--since', '2024-06-01', '--name', 'main']
  const child = spawn(process.execPath, [PROGRAM, 'collect', 'quay', ...own, ...argv], {
    env: {
      PATH: process.env['PATH'],
      WAYBILL_SERVER: waybill.url,
      WAYBILL_TOKEN: waybill.adminToken,
      QUAY_TOKEN: peer.adminToken,
    },
  })
  return { child, outcome: outcomeOf(child) }
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}

const superuserPages = (of: WaybillProcess) => quayPages(of, `/api/v1/superuser/logs?${RANGE}`)

test('neither a busy Quay nor a killed run costs an entry or its order', async () => {
  const generated = fc.sample(quayEvent([DAY, DAY + 1, DAY + 90_000, NEXT_MONTH]), 200)
  const events = [...everyKind(NEXT_MONTH + 5), ...generated]
  const parts = await startParts(events)
  const { front, waybill, peer } = parts
  const refusals = [
    { status: 429, headers: { 'retry-after': '0' } },
    { status: 503, headers: { 'retry-after': '0' } },
    { status: 502, body: '<html>' },
    { status: 200, body: 'a page of the proxy' },
  ]
  const isOfJune = (path: string) => /starttime=06%2F\d\d%2F2024/.test(path)
  const isOfJuly = (url: URL) => url.searchParams.get('starttime')?.startsWith('07/') === true
  front.rule(async (url) => (isOfJuly(url) ? new Promise(() => undefined) : refusals.pop()))
  const first = collect(parts, '--superuser')
  await eventually(
    async () => front.requests.some((path) => path.includes('starttime=07%2F')),
    (isAsked) => isAsked,
    { what: 'July is asked for', deadlineMs: 120_000 },
  )
  first.child.kill('SIGKILL')
  const { stderr } = await first.outcome
  expect(stderr).toContain('429')
  expect(stderr).not.toContain(peer.adminToken)

  const asked = front.requests.length
  front.rule(async () => undefined)
  const second = await collect(parts, '--superuser').outcome
  expect(second.stderr).toBe('')
  expect(second.code).toBe(0)
  // June was read by the first run, and its position was kept.
  expect(front.requests.slice(asked).filter(isOfJune)).toEqual([])
  expect(await collectedEvents(waybill, '&to=2026-01-01')).toBe(events.length)
  expect(await superuserPages(waybill)).toEqual(await superuserPages(peer))

  const third = await collect(parts, '--superuser').outcome
  expect(third).toMatchObject({ code: 0, stderr: '' })
  expect(third.stdout).toMatch(/^stored 0 events/)
  const { collectors } = await jsonOf<{ collectors: object[] }>(waybill.request('/v1/collectors'))
  expect(collectors).toMatchObject([{ kind: 'quay', name: 'main', tenant: 'default' }])
})

/** Pushes with one performer; many at the same second. */
function pushes(count: number, performer: string, secondOf: (at: number) => number): NewEvent[] {
  return Array.from({ length: count }, (_, at) => ({
    action: 'image.push',
    nativeAction: 'push_repo',
    outcome: 'success',
    time: new Date(secondOf(at) * 1000).toISOString(),
    actor: { name: performer, kind: 'user' },
    target: { namespace: 'acme', repository: 'app' },
    details: { namespace: 'acme', repo: 'app', tag: `${performer}-${at}` },
  }))
}

test('entries that Quay loses between its pages are read again, or reported', async () => {
  // Every performer's own entries fit on one page: this day can be had whole.
  const mendable = ['alice', 'bob', 'carol', 'dan'].flatMap((name) =>
    pushes(18, name, (at) => DAY + Math.floor(at / 6)),
  )
  // Nothing tells these entries apart but their times: five of them are out of reach.
  const lost = [
    ...pushes(60, 'eve', () => NEXT_MONTH + 10),
    ...pushes(5, 'eve', (at) => NEXT_MONTH + 20 + at),
    ...pushes(5, 'eve', (at) => NEXT_MONTH + at),
  ]
  const parts = await startParts([...mendable, ...lost])
  const { front, waybill, peer } = parts
  front.rule(lossyPages)
  const plain = await quayEntries({ ...peer, request: frontRequest(parts) }, acme('06/18'))
  expect(plain.length).toBeLessThan(mendable.length)

  const { code, stdout, stderr } = await collect(parts, '--organization', 'acme').outcome
  expect(stderr).toMatch(/organization acme: (\d+) of the entries that Quay counts on 2024-07-02/)
  const missing = Number(/(\d+) of the entries/.exec(stderr)?.[1])
  expect(missing).toBeGreaterThan(0)
  expect(stdout).toContain(`${missing} more that it did not return`)
  expect(code).toBe(0)

  const sorted = async (of: WaybillProcess, day: string) =>
    [...(await quayEntries(of, acme(day)))].sort()
  expect(await sorted(waybill, '06/18')).toEqual(await sorted(peer, '06/18'))
  const found = await sorted(waybill, '07/02')
  expect(await sorted(peer, '07/02')).toEqual(expect.arrayContaining(found))
  expect(found).toHaveLength(lost.length - missing)

  const gaps = await jsonOf<{ events: object[] }>(
    waybill.request('/v1/events?action=collector.gap'),
  )
  expect(gaps.events).toMatchObject([
    {
      time: '2024-07-02T00:00:00.000000Z',
      source: { kind: 'quay', name: 'main' },
      details: {
        day: '2024-07-02',
        missing,
        expected: { push_repo: lost.length },
        found: { push_repo: lost.length - missing },
      },
    },
  ])
})

function acme(day: string): string {
  return `/api/v1/organization/acme/logs?starttime=${day}/2024&endtime=${day}/2024`
}

function frontRequest({ front, peer }: Parts): WaybillProcess['request'] {
  const headers = { Authorization: `Bearer ${peer.adminToken}` }
  return (path) => fetch(new URL(path, front.url), { headers })
}

test('a log that is refused is named, and the others are read all the same', async () => {
  const parts = await startParts(pushes(3, 'alice', (at) => DAY + at))
  parts.front.rule(async (url) =>
    url.pathname.includes('/secret/')
      ? { status: 403, body: '{"message": "Unauthorized"}' }
      : undefined,
  )
  const argv = ['--organization', 'secret', '--organization', 'acme']
  const { code, stderr } = await collect(parts, ...argv).outcome
  expect(code).toBe(4)
  expect(stderr).toContain('/api/v1/organization/secret/aggregatelogs answered 403: Unauthorized')
  expect(await collectedEvents(parts.waybill)).toBe(3)
})

test.each([
  [['--superuser', '--user'], 'nothing else can be named'],
  [['--organization', 'acme', '--repository', 'acme/app'], 'with its organization already'],
  [[], 'expected one of organizations'],
  [['--superuser', '--since', '2024-02-30'], '--since: expected a day'],
])('the wrong options %j are refused before anything is read', async (argv, words) => {
  const child = spawn(
    process.execPath,
    [PROGRAM, 'collect', 'quay', '--url', 'http://127.0.0.1:9', ...argv],
    { env: { PATH: process.env['PATH'], QUAY_TOKEN: 'x' } },
  )
  const { code, stderr } = await outcomeOf(child)
  expect(code).toBe(2)
  expect(stderr).toContain(words)
})
