import { readdirSync, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type CallbackServer, startCallbackServer } from '../support/callback-server.ts'
import { eventually } from '../support/eventually.ts'
import {
  askForExport,
  type ExportedLog,
  exportThat,
  isTold,
  sendPushes,
} from '../support/quay-exports.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** Enough that a kill comes while the export is being written. */
const EVENTS_KILLED = 40_000

let waybill: WaybillProcess
let server: CallbackServer

async function start(answer?: (response: ServerResponse, nth: number) => void): Promise<void> {
  server = await startCallbackServer(answer)
  waybill = await startWaybill({ arguments: ['--exports-allowed-hosts', '127.0.0.1'] })
}

afterEach(async () => {
  await server.close()
  await waybill.stop()
})

function callbacks(): readonly Record<string, string | null>[] {
  return server.received.map(({ body }) => JSON.parse(body))
}

/** Follows the link of a callback without any credentials, as its receiver does. */
async function fetchLinked(callback: Record<string, string | null> | undefined) {
  const response = await fetch(callback?.['exported_data_url'] ?? '')
  expect(response.status).toBe(200)
  return response
}

function tagsOf({ logs }: ExportedLog): readonly (string | undefined)[] {
  expect(logs.at(-1)).toEqual({ terminator: true })
  return logs.slice(0, -1).map(({ metadata }) => metadata?.tag)
}

test('an export is written, told once, and fetched by its link alone', async () => {
  await start((response) => void response.writeHead(202).end('thanks'))
  await sendPushes(waybill, 'acme', 30)
  await sendPushes(waybill, 'other', 5)
  const callbackUrl = `${server.url}/hook`
  const id = await askForExport(waybill, 'acme', { callback_url: callbackUrl })
  const shown = await exportThat(waybill, id, isTold, 'the export is told')
  expect(shown).toMatchObject({ status: 'success', entries: 30, runs: 1, hasFile: true })

  const [callback, ...more] = callbacks()
  expect(more).toEqual([])
  expect(server.received[0]).toMatchObject({ method: 'POST', path: '/hook' })
  expect(Object.keys(callback ?? {})).toEqual([
    'export_id',
    'start_time',
    'end_time',
    'namespace',
    'repository',
    'exported_data_url',
    'status',
  ])
  expect(callback).toMatchObject({
    export_id: id,
    start_time: '06/18/2024',
    end_time: '06/19/2024',
    namespace: 'acme',
    repository: null,
    status: 'success',
  })
  const response = await fetchLinked(callback)
  expect(response.headers.get('Content-Type')).toBe('application/json')
  expect(response.headers.get('Content-Disposition')).toMatch(
    /^attachment; filename="[\w-]+\.json"$/,
  )
  const log = await jsonOf<ExportedLog>(response)
  expect(log).toMatchObject({
    export_id: id,
    details: {
      start_time: 'Tue, 18 Jun 2024 00:00:00 -0000',
      end_time: 'Tue, 18 Jun 2024 23:59:59 -0000',
    },
  })
  expect(tagsOf(log)).toEqual(Array.from({ length: 30 }, (_, nth) => String(nth)))

  const head = await fetch(callback?.['exported_data_url'] ?? '', { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(Number(head.headers.get('Content-Length'))).toBeGreaterThan(30 * 100)
  const forged = `${callback?.['exported_data_url']}A`
  expect((await fetch(forged)).status).toBe(404)
})

test('an export that kill -9 cuts off is done again after a restart, and told once', async () => {
  await start()
  await sendPushes(waybill, 'acme', EVENTS_KILLED)
  const id = await askForExport(waybill, 'acme', { callback_url: server.url })
  const cut = await exportThat(waybill, id, ({ entries }) => entries > 0, 'it is being written')
  await waybill.kill()
  expect(cut.entries).toBeLessThan(EVENTS_KILLED)
  expect(server.received).toEqual([])

  waybill = await waybill.restart()
  const shown = await exportThat(waybill, id, isTold, 'the export is told')
  expect(shown).toMatchObject({ status: 'success', entries: EVENTS_KILLED, runs: 2 })
  // Killed again, right after it was told, it has nothing left to do.
  await waybill.kill()
  waybill = await waybill.restart()
  const next = await askForExport(waybill, 'acme', { callback_url: server.url })
  await exportThat(waybill, next, isTold, 'another export is told')
  expect(callbacks().map(({ export_id }) => export_id)).toEqual([id, next])

  // The link was made by the process before; links begin as the request for the export came.
  const link = new URL(callbacks()[0]?.['exported_data_url'] ?? '')
  const response = await fetch(new URL(link.pathname + link.search, waybill.url))
  const tags = tagsOf(await jsonOf<ExportedLog>(response))
  expect(tags).toEqual(Array.from({ length: EVENTS_KILLED }, (_, nth) => String(nth)))
  const files = readdirSync(join(waybill.dataDirectory, 'exports'))
  expect(files).toHaveLength(2)
})

test('a callback that is refused is tried again until it is taken', async () => {
  await start((response, nth) => void response.writeHead(nth === 0 ? 500 : 204).end())
  await sendPushes(waybill, 'acme', 3)
  const id = await askForExport(waybill, 'acme', { callback_url: server.url })
  const shown = await exportThat(waybill, id, isTold, 'the export is told')
  // The export itself is not done again for it.
  expect(shown).toMatchObject({ runs: 1, deliveries: [{ attempts: 2, status: 'delivered' }] })
  expect(callbacks().map(({ export_id }) => export_id)).toEqual([id, id])
})

test('a callback that never answers delays no other, and is tried again later', async () => {
  let isAnswering = false
  await start((response) => {
    if (isAnswering) response.end()
  })
  const other = await startCallbackServer()
  await sendPushes(waybill, 'acme', 3)
  const silent = await askForExport(waybill, 'acme', { callback_url: server.url })
  await eventually(
    async () => server.received.length,
    (count) => count === 1,
    { what: 'the silent server is called' },
  )
  const id = await askForExport(waybill, 'acme', { callback_url: other.url })
  await exportThat(waybill, id, isTold, 'the other export is told')
  expect(other.received).toHaveLength(1)
  await other.close()

  await waybill.kill()
  isAnswering = true
  waybill = await waybill.restart()
  await exportThat(waybill, silent, isTold, 'the silent server was told')
  expect(callbacks().map(({ export_id }) => export_id)).toEqual([silent, silent])
})

test('a callback of this machine is refused where it is not allowed', async () => {
  server = await startCallbackServer()
  waybill = await startWaybill()
  await sendPushes(waybill, 'acme', 1)
  const asked = askForExport(waybill, 'acme', { callback_url: server.url })
  await expect(asked).rejects.toThrow('Invalid callback URL')
  expect(server.received).toEqual([])
})

test('links begin with the public URL, and live for an hour', async () => {
  server = await startCallbackServer()
  waybill = await startWaybill({
    arguments: [
      '--exports-allowed-hosts',
      '127.0.0.1',
      '--public-url',
      'https://logs.example.com/audit/',
    ],
  })
  await sendPushes(waybill, 'acme', 1)
  const id = await askForExport(waybill, 'acme', { callback_url: server.url })
  await exportThat(waybill, id, isTold, 'the export is told')
  const link = new URL(callbacks()[0]?.['exported_data_url'] ?? '')
  expect(link.href).toMatch(/^https:\/\/logs\.example\.com\/audit\/exportedlogs\/[\w-]{73}\?token=/)
  const [expires] = (link.searchParams.get('token') ?? '').split('.')
  const lifeSeconds = Number(expires) - Date.now() / 1000
  expect(lifeSeconds).toBeGreaterThan(3000)
  expect(lifeSeconds).toBeLessThanOrEqual(3600)
})

test('an export has the pushes and deletions of a registry by tag, as the log has', async () => {
  await start()
  for (const name of ['multiarch-push', 'delete-digest-two-tags']) {
    const response = await waybill.request('/v1/sources/distribution/reg1', {
      method: 'POST',
      body: reportedOn('2024-06-18', name),
    })
    expect(response.status).toBe(202)
    await response.arrayBuffer()
  }
  const id = await askForExport(waybill, 'team', { callback_url: `${server.url}/hook` })
  const shown = await exportThat(waybill, id, isTold, 'the export is told')
  expect(shown).toMatchObject({ status: 'success', entries: 3 })
  const [callback] = callbacks()
  const { logs } = await jsonOf<ExportedLog>(fetchLinked(callback))
  expect(logs.map(({ kind, metadata }) => [kind, metadata?.tag])).toEqual([
    ['push_repo', '1'],
    ['delete_tag', '2'],
    ['delete_tag', '1'],
    [undefined, undefined],
  ])
})

/** Notifications of a registry that were all sent on one day, on another one. */
function reportedOn(day: string, name: string): string {
  const file = new URL(`../unit/sources/distribution/reported/${name}.json`, import.meta.url)
  return readFileSync(file, 'utf8').replaceAll('2026-11-29', day)
}
