import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { NewEvent } from '../../src/core/event/new-event.ts'
import { formatTimestamp } from '../../src/core/time/timestamp.ts'
import { eventually } from '../support/eventually.ts'
import { post } from '../support/quay-pages.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const run = promisify(execFile)
const EVENTS_PATH = '/v5/default/container/image/events'
/** Yesterday at noon, in milliseconds. */
const NOON_MS = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 43_200_000

const endings: (() => Promise<unknown> | undefined)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

const name = fc.constantFrom('a', "O'Brien (测试)!*~", 'scc_hss_container/x:*', 'b/c')
const maybe = fc.option(name, { nil: undefined })

/** Operations on images and containers of every kind of source, many at the same millisecond. */
const operation: fc.Arbitrary<NewEvent> = fc
  .record({
    ms: fc.constantFrom(0, 0, 1, 5000, 3_600_000),
    action: fc.constantFrom('image.push', 'image.pull', 'container.start'),
    nativeAction: maybe,
    actor: maybe,
    message: maybe,
    target: fc.record({ type: maybe, name: maybe, namespace: maybe, tag: maybe }),
    ip: fc.constantFrom('203.0.113.9', '2001:db8::1'),
  })
  .map(({ ms, nativeAction, actor, message, target, ip, action }) => ({
    ...{ action, time: formatTimestamp((NOON_MS + ms) * 1000), client: { ip } },
    actor: actor === undefined ? null : { name: actor },
    target: Object.fromEntries(Object.entries(target).filter(([, text]) => text !== undefined)),
    ...(nativeAction !== undefined && { nativeAction }),
    ...(message !== undefined && { message }),
  }))

interface Rows {
  readonly total_num: number
  readonly data_list: readonly { readonly event_id: string; readonly time: number }[]
}

/** Every row, in an order of its own: of equal times each ledger has one of its own. */
async function rowsOf(waybill: WaybillProcess, query = ''): Promise<readonly object[]> {
  const rows: Rows['data_list'][number][] = []
  for (;;) {
    const page = `${EVENTS_PATH}?limit=200&offset=${rows.length}${query}`
    const headers = { 'X-Auth-Token': waybill.adminToken }
    const answer = await jsonOf<Rows>(fetch(new URL(page, waybill.url), { headers }))
    rows.push(...answer.data_list)
    if (answer.data_list.length === 0) {
      expect(rows.length).toBe(answer.total_num)
      const times = rows.map(({ time }) => time)
      expect(times).toEqual([...times].sort((left, right) => right - left))
      return rows.sort((left, right) => (left.event_id < right.event_id ? -1 : 1))
    }
  }
}

async function countOf(waybill: WaybillProcess): Promise<number> {
  const headers = { 'X-Auth-Token': waybill.adminToken }
  const answer = fetch(new URL(`${EVENTS_PATH}?limit=0`, waybill.url), { headers })
  return (await jsonOf<Rows>(answer)).total_num
}

interface Keys {
  readonly accessKey: string
  readonly secretKey: string
}

async function keysOf(peer: WaybillProcess): Promise<Keys> {
  const created = await peer.request('/v1/users', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'collector', roles: ['auditor'] }),
  })
  expect(created.status).toBe(201)
  return jsonOf<Keys>(
    peer.request('/v1/access-keys', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'collector' }),
    }),
  )
}

function folderOfItsOwn(): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-hss-collector-'))
  endings.push(async () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The configuration of a server that collects from a peer. */
async function configuration(peer: WaybillProcess): Promise<readonly string[]> {
  const { accessKey, secretKey } = await keysOf(peer)
  const folder = folderOfItsOwn()
  const secretKeyFile = join(folder, 'secret-key')
  writeFileSync(secretKeyFile, `${secretKey}\n`)
  const entry = { name: 'main', url: peer.url, everySeconds: 1, projectId: 'default' }
  const file = join(folder, 'waybill.json')
  const hss = [{ ...entry, accessKey, secretKeyFile }]
  writeFileSync(file, JSON.stringify({ collectors: { hss } }))
  return ['--config', file]
}

test('what is collected is answered as the peer answers it, also after a kill', async () => {
  const peer = await startWaybill()
  endings.push(peer.stop)
  const events = fc.sample(operation, 700)
  await post(peer, events)
  const folder = folderOfItsOwn()
  const first = await startWaybill({
    arguments: await configuration(peer),
    dataDirectory: folder,
  })
  endings.push(() => first.kill())
  await first.kill()
  const second = await first.restart()
  endings.push(() => second.stop())
  await eventually(
    async () => countOf(second),
    (count) => count >= events.length,
    { what: 'every event of the peer', deadlineMs: 120_000 },
  )
  expect(await rowsOf(second)).toEqual(await rowsOf(peer))
  for (const query of ['&user_name=a', '&event_type=container', '&resource_name=b/c']) {
    expect(await rowsOf(second, query)).toEqual(await rowsOf(peer, query))
  }

  // What happens meanwhile comes too, and what was read again was not stored again.
  await post(peer, [{ action: 'image.delete', target: { name: 'late' } }])
  await eventually(
    async () => countOf(second),
    (count) => count > events.length,
    { what: 'the new event', deadlineMs: 120_000 },
  )
  expect(await rowsOf(second)).toEqual(await rowsOf(peer))
  expect(await countOf(second)).toBe(events.length + 1)
})

test('the command goes on where it ended, and says what was refused without a secret', async () => {
  const [peer, waybill] = await Promise.all([startWaybill(), startWaybill()])
  endings.push(peer.stop, waybill.stop)
  const keys = await keysOf(peer)
  const tokenFile = join(folderOfItsOwn(), 'token')
  writeFileSync(tokenFile, `${peer.adminToken}\n`)
  const collect = (project: string, environment: object, ...more: readonly string[]) => {
    const own = ['--url', peer.url, '--project-id', project, '--name', 'main']
    const env = {
      ...{ PATH: process.env['PATH'], ...environment },
      ...{ WAYBILL_SERVER: waybill.url, WAYBILL_TOKEN: waybill.adminToken },
    }
    return run(process.execPath, [PROGRAM, 'collect', 'hss', ...own, ...more], { env })
  }
  await post(peer, fc.sample(operation, 30))
  const signing = { HUAWEICLOUD_SDK_AK: keys.accessKey, HUAWEICLOUD_SDK_SK: keys.secretKey }
  expect((await collect('default', signing)).stdout).toBe('stored 30 events\n')
  await post(peer, [{ action: 'image.delete' }])
  const second = await collect('default', {}, '--auth-token-file', tokenFile)
  expect(second.stdout).toBe('stored 1 event\n')
  expect(await rowsOf(waybill)).toEqual(await rowsOf(peer))

  const wrong = { ...signing, HUAWEICLOUD_SDK_SK: 'a-wrong-secret' }
  for (const [project, environment] of [
    ['another', signing] as const,
    ['default', wrong] as const,
  ]) {
    const { stderr } = await collect(project, environment).then(
      () => expect.fail('it was let in'),
      (error) => error,
    )
    expect(stderr).toMatch(/Insufficient permissions|verify aksk signature fail/)
    expect(stderr).not.toContain(keys.secretKey)
    expect(stderr).not.toContain('a-wrong-secret')
  }
})
