import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { type ClickHouseServer, startClickHouseServer } from '../support/store-clickhouse-server.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/**
 * Two instances on one ClickHouse server: `near` acknowledges from its journal, `safe` from the
 * server too, which is the default.
 */
const folder = mkdtempSync(join(tmpdir(), 'waybill-two-'))
let clickhouse: ClickHouseServer
let near: WaybillProcess
let safe: WaybillProcess

beforeAll(async () => {
  clickhouse = await startClickHouseServer()
  const start = (name: string, more: readonly string[] = []) =>
    startWaybill({
      dataDirectory: join(folder, name),
      arguments: ['--store', `${clickhouse.url}/waybill`, '--origin', name, ...more],
    })
  near = await start('near', ['--ledger-acknowledge', 'journal'])
  for (const file of ['secret-key', 'admin-token']) {
    cpSync(join(folder, 'near', file), join(folder, 'safe', file))
  }
  safe = await start('safe')
})

afterAll(async () => {
  await near?.kill()
  await safe?.kill()
  await clickhouse?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Sends one named event. */
function send(instance: WaybillProcess, eventId: string): Promise<Response> {
  return instance.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ action: 'image.push', source: { eventId } }),
  })
}

/** What an instance shows of the named events, oldest first; undefined while it answers none. */
async function shown(instance: WaybillProcess): Promise<readonly string[] | undefined> {
  const answer = await instance.request('/v1/events?action=image.push&order=oldest&limit=1000')
  if (answer.status !== 200) return undefined
  const { events } = await jsonOf<{ events: { source: { eventId: string } }[] }>(answer)
  return events.map(({ source }) => source.eventId)
}

const readyText = async (instance: WaybillProcess) => (await instance.request('/readyz')).text()

async function untilShown(instance: WaybillProcess, names: readonly string[]) {
  await eventually(
    () => shown(instance),
    (found) => names.every((name) => found?.includes(name)),
    { what: `${names} are shown` },
  )
}

test('what one instance acknowledges from the store, another one shows at once', async () => {
  expect((await send(safe, 'first')).status).toBe(201)
  expect(await shown(near)).toContain('first')
  expect((await send(near, 'second')).status).toBe(201)
  expect(await shown(near)).toContain('second')
  await untilShown(safe, ['second'])
})

test('the ledger of one instance is served by the other one, with proofs that verify', async () => {
  await eventually(
    async () => (await safe.request('/v1/ledgers/near/checkpoint')).status,
    (status) => status === 200,
    { what: 'a checkpoint of the other instance' },
  )
  const mirror = join(folder, 'mirror')
  const copied = await runCommand(safe, ['ledger', 'mirror', mirror, '--origin', 'near'])
  expect(copied).toMatchObject({ code: 0 })
  const key = (await (await near.request('/v1/ledger/key')).text()).trim()
  const anchors = ['--key', key, '--checkpoint', join(mirror, 'checkpoint')]
  expect(await runCommand(near, ['verify', mirror, ...anchors])).toMatchObject({ code: 0 })
})

test('without the server one takes events and the other refuses them; none is lost', async () => {
  await clickhouse.kill()
  for (const name of ['third', 'fourth']) expect((await send(near, name)).status).toBe(201)
  // Its name is known from the journal, without the server.
  expect(await jsonOf(send(near, 'third'))).toMatchObject({ accepted: 0, duplicates: 1 })
  // That of an event which only the server has is not: it is never taken for a new one.
  expect((await send(near, 'second')).status).toBe(503)
  expect((await near.request('/v1/events')).status).toBe(503)
  expect(await readyText(near)).toBe('ready\nreads: unavailable\n')
  const status = await jsonOf(near.request('/v1/status'))
  expect(status).toMatchObject({ ledger: { behind: { events: 2 }, reads: 'unavailable' } })
  expect(status).not.toHaveProperty('store')
  const refused = await send(safe, 'fifth')
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect(await readyText(safe)).toMatch(/^the store (does not answer|accepts no events)\n$/)

  await clickhouse.restart()
  await untilShown(near, ['third', 'fourth'])
  await eventually(
    () => readyText(near),
    (text) => text === 'ready\n',
    { what: 'reads again' },
  )
  await eventually(
    async () => (await send(safe, 'fifth')).status,
    (code) => code === 201,
    { what: 'the other one takes events again' },
  )
  const names = (await shown(near))?.filter((name) => name !== 'second' && name !== 'first')
  expect([...(names ?? [])].sort()).toEqual(['fifth', 'fourth', 'third'])
})

test('an instance that is killed while the server is paused loses nothing', async () => {
  clickhouse.pause()
  const names = Array.from({ length: 20 }, (_, index) => `still ${index}`)
  for (const name of names) expect((await send(near, name)).status).toBe(201)
  // An insert has begun by now, whose outcome is never known.
  await eventually(
    async () => {
      const text = await (await near.request('/metrics')).text()
      return Number(/^waybill_index_behind_seconds (\S+)$/m.exec(text)?.[1])
    },
    (seconds) => seconds > 1.5,
    { what: 'the insert has begun' },
  )
  await near.kill()
  clickhouse.resume()
  near = await near.restart()
  await untilShown(near, names)
  const found = (await shown(near))?.filter((name) => name.startsWith('still'))
  expect(found).toEqual(names)
  const { ledger } = await jsonOf<{ ledger: object }>(near.request('/v1/status'))
  expect(ledger).not.toHaveProperty('contradiction')
})
