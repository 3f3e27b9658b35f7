import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { eventually } from '../support/eventually.ts'
import { everyKind, NAMESPACES, quayEvent, REPOSITORIES } from '../support/quay-events.ts'
import { startFront } from '../support/quay-front.ts'
import { collectedEvents, post, quayPages } from '../support/quay-pages.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const DAY_SECONDS = 86_400
const TODAY = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS
/** Two days that are over, and seconds of today that are over too. */
const SECONDS = [
  ...[0, 1, 2, 3, 40_000].map((second) => TODAY - 40 * DAY_SECONDS + second),
  ...[0, 70, 86_399].map((second) => TODAY - 3 * DAY_SECONDS + second),
  ...[-1, 0].map((second) => TODAY + second),
]
const FIRST_DAY = iso(TODAY - 45 * DAY_SECONDS)
const GENERATED = 400

const endings: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function iso(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 10)
}

async function waybill(...parameters: Parameters<typeof startWaybill>): Promise<WaybillProcess> {
  const started = await startWaybill(...parameters)
  endings.push(() => started.stop())
  return started
}

const ONE_DAY = iso(TODAY - 3 * DAY_SECONDS)
const RANGE = `starttime=${FIRST_DAY}&endtime=${iso(TODAY)}`
const QUESTIONS = [
  ...NAMESPACES.map((namespace) => `/api/v1/organization/${namespace}/logs?${RANGE}`),
  ...NAMESPACES.map((namespace) => `/api/v1/organization/${namespace}/aggregatelogs?${RANGE}`),
  ...REPOSITORIES.map((name) => `/api/v1/repository/acme/${name}/logs?${RANGE}`),
  `/api/v1/organization/acme/logs?${RANGE}&performer=acme%2Bdeploy`,
  `/api/v1/organization/beta/logs?starttime=${ONE_DAY}&endtime=${ONE_DAY}`,
]

async function expectSameLogs(one: WaybillProcess, other: WaybillProcess) {
  for (const question of QUESTIONS) {
    expect(await quayPages(one, question), question).toEqual(await quayPages(other, question))
  }
}

function generated(): readonly NewEvent[] {
  return fc.sample(quayEvent(SECONDS), GENERATED)
}

/** A configuration with one Quay collector, and the arguments that name it. */
function configuration(lines: Readonly<Record<string, unknown>>, token: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-collector-'))
  endings.push(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'token'), `${token}\n`)
  const entry = { name: 'main', everySeconds: 1, tokenFile: join(folder, 'token'), ...lines }
  const file = join(folder, 'waybill.json')
  writeFileSync(file, JSON.stringify({ collectors: { quay: [{ since: FIRST_DAY, ...entry }] } }))
  return ['--config', file]
}

test('what a server collects it answers byte for byte, also after it was killed', async () => {
  const peer = await waybill()
  const front = await startFront(peer.url)
  endings.push(front.close)
  const events = [...everyKind(TODAY - 2 * DAY_SECONDS), ...generated()]
  await post(peer, events)

  // The second organization is not answered before the kill, nor is the first one refused.
  let isOpen = false
  front.rule(async (url) =>
    isOpen || !url.pathname.includes('/beta/') ? undefined : { status: 503 },
  )
  const first = await startWaybill({
    arguments: configuration({ url: front.url, organizations: NAMESPACES }, peer.adminToken),
    dataDirectory: folderOfItsOwn(),
  })
  endings.push(() => first.kill())
  const ofAcme = events.filter(({ target }) => target?.namespace === 'acme').length
  await eventually(
    async () => collectedEvents(first),
    (count) => count >= ofAcme,
    { what: 'the first organization', deadlineMs: 120_000 },
  )
  await first.kill()
  isOpen = true

  const second = await first.restart()
  endings.push(() => second.stop())
  await eventually(
    async () => collectedEvents(second),
    (count) => count >= events.length,
    { what: 'the other organizations', deadlineMs: 120_000 },
  )
  await expectSameLogs(second, peer)

  // What happens while it runs comes too.
  await post(peer, [
    {
      action: 'image.push',
      nativeAction: 'push_repo',
      actor: { name: 'zoe' },
      target: { namespace: 'acme', repository: 'app' },
      details: { repo: 'app', namespace: 'acme' },
    },
  ])
  await eventually(
    async () => collectedEvents(second),
    (count) => count > events.length,
    { what: 'the new event', deadlineMs: 120_000 },
  )
  await expectSameLogs(second, peer)
  expect(await collectedEvents(second)).toBe(events.length + 1)
  const metrics = await (await second.request('/metrics')).text()
  expect(metrics).toContain('waybill_collector_missing_total{collector="quay/main"} 0')
})

function folderOfItsOwn(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-test-'))
  endings.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
