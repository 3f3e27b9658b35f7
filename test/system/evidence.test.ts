import { randomUUID } from 'node:crypto'
import {
  createWriteStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { packTar } from 'modern-tar/fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CallbackServer, startCallbackServer } from '../support/callback-server.ts'
import { runCommand } from '../support/command-line.ts'
import { askForExport, exportThat, isTold, sendPushes } from '../support/quay-exports.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-evidence-test-'))
const archive = join(folder, 'team.tar')
const key = join(folder, 'ledger.vkey')
let waybill: WaybillProcess
let receiver: CallbackServer

beforeAll(async () => {
  receiver = await startCallbackServer()
  const allowed = ['--exports-allowed-hosts', '127.0.0.1']
  waybill = await startWaybill({ arguments: ['--exports-proofs', 'true', ...allowed] })
  // Groups of 256 without an event of the team are between those that have one.
  for (const namespace of ['team', 'other', 'others', 'team', 'last']) {
    const events = Array.from({ length: 300 }, (_, number) =>
      JSON.stringify({ action: 'image.push', target: { namespace, repository: `app-${number}` } }),
    )
    const body = (namespace === 'team' ? events.slice(0, 2) : events).join('\n')
    const headers = { 'Content-Type': 'application/x-ndjson' }
    await waybill.request('/v1/events', { method: 'POST', headers, body })
  }
  writeFileSync(key, await (await waybill.request('/v1/ledger/key')).text())
})

afterAll(async () => {
  await waybill.stop()
  await receiver.close()
  rmSync(folder, { recursive: true })
})

const run = (...command: readonly string[]) => runCommand(waybill, command)

/** What a token of an auditor with these scopes gets. */
async function askedWith(scopes: readonly string[], path: string): Promise<Response> {
  const post = async (what: string, body: object) => {
    const headers = { 'Content-Type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return JSON.parse(await (await waybill.request(`/v1/${what}`, init)).text())
  }
  const name = `auditor-${randomUUID()}`
  await post('users', { name, tenant: 'default', roles: ['auditor'] })
  const { token } = await post('tokens', { user: name, scopes })
  return waybill.request(path, { headers: { Authorization: `Bearer ${token}` } })
}

/** An archive of the files of a folder. */
async function packed(files: string, name: string): Promise<string> {
  const path = join(folder, name)
  await pipeline(packTar(files), createWriteStream(path))
  return path
}

describe('an export with proofs', () => {
  test('is verified without the server, as an archive and as a folder', async () => {
    const unpacked = join(folder, 'team')
    expect(await run('export', '--namespace', 'team', '--proof', archive)).toMatchObject({
      code: 0,
    })
    expect(await run('export', '--namespace', 'team', '--proof', unpacked)).toMatchObject({
      code: 0,
    })
    for (const path of [archive, unpacked, await packed(unpacked, 'packed-again.tar')]) {
      const { code, stdout } = await run('verify', path, '--key', key)
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^4 events read\n.*\nunanchored\n$/),
      ])
    }
    expect(readdirSync(unpacked).sort()).toEqual([
      ...['checkpoint', 'events.ndjson', 'policy', 'tile'],
    ])
    expect(readdirSync(join(unpacked, 'tile/0')).filter((name) => !name.endsWith('.p'))).toEqual([
      ...['000', '002'],
    ])
  })

  test('has a name and the type of a tar archive', async () => {
    const { headers } = await waybill.request('/v1/events/export?proof=1')
    expect(headers.get('Content-Type')).toBe('application/x-tar')
    expect(headers.get('Content-Disposition')).toMatch(/filename="events-[\d-]+\.tar"/)
  })

  test('is for tokens that may read the ledger, and for no other format', async () => {
    const path = '/v1/events/export?proof=1'
    expect((await askedWith(['events:read'], path)).status).toBe(403)
    expect((await askedWith(['events:read', 'ledger:read'], path)).status).toBe(200)
    expect((await waybill.request(`${path}&format=csv`)).status).toBe(400)
    expect((await waybill.request('/v1/events/export?proof=yes')).status).toBe(400)
  })
})

test('one event and its proof are two files that are verified without the server', async () => {
  const { events } = JSON.parse(await (await waybill.request('/v1/events?namespace=team')).text())
  const { id } = events[1]
  for (const [name, file] of [
    ['entry', `${id}.json`],
    ['proof', `${id}.tlog-proof`],
  ]) {
    const { headers } = await waybill.request(`/v1/events/${id}/${name}`)
    expect(headers.get('Content-Disposition')).toBe(`attachment; filename="${file}"`)
  }
  expect(await run('proof', id, '--output', join(folder, 'event'))).toMatchObject({ code: 0 })
  const [entry, proof] = [`${id}.json`, `${id}.tlog-proof`].map((name) =>
    join(folder, 'event', name),
  )
  const verify = ['verify', proof, '--event', entry, '--key', key] as string[]
  expect(await run(...verify)).toMatchObject({ code: 0 })
  writeFileSync(entry ?? '', JSON.stringify({ ...events[0] }))
  expect(await run(...verify)).toMatchObject({ code: 11 })
  expect((await waybill.request('/v1/events/none/entry')).status).toBe(404)
})

test("the proofs of a vendor's export are next to its file, which stays as it is", async () => {
  await sendPushes(waybill, 'acme', 300)
  await sendPushes(waybill, 'unrelated', 300)
  const id = await askForExport(waybill, 'acme', { callback_url: `${receiver.url}/hook` })
  await exportThat(waybill, id, isTold, 'the export is told')
  const callback = JSON.parse(receiver.received[0]?.body ?? '')
  expect(Object.keys(callback)).toEqual([
    ...['export_id', 'start_time', 'end_time', 'namespace', 'repository'],
    ...['exported_data_url', 'status'],
  ])
  const { logs } = JSON.parse(await (await fetch(callback.exported_data_url)).text())
  expect(logs).toHaveLength(301)
  const { proofs } = JSON.parse(await (await waybill.request(`/v1/exports/${id}`)).text())
  const path = `/v1/exports/${id}/proofs`
  expect(proofs).toEqual({ path, bytes: expect.any(Number) })
  expect((await askedWith(['events:read'], path)).status).toBe(403)
  const bytes = Buffer.from(await (await waybill.request(path)).arrayBuffer())
  expect(bytes.length).toBe(proofs.bytes)
  const file = join(folder, 'acme.tar')
  writeFileSync(file, bytes)
  const { code, stdout } = await run('verify', file, '--key', key)
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^300 events read\n/)])
  expect((await waybill.request('/v1/exports/none/proofs')).status).toBe(404)
})

test('an archive that was cut off or changed is refused', async () => {
  const whole = readFileSync(archive)
  const changed = Buffer.from(whole)
  changed[whole.indexOf('"team"') + 3] = 'x'.charCodeAt(0)
  const other = join(folder, 'other.tar')
  for (const [bytes, ending] of [
    [whole.subarray(0, -1_024), [13, expect.stringMatching(/unreadable\n$/)]],
    [changed, [11, expect.stringMatching(/^event \d+ .* was altered\n[\s\S]*altered\n$/)]],
  ] as const) {
    writeFileSync(other, bytes)
    const { code, stdout } = await run('verify', other, '--key', key)
    expect([code, stdout]).toEqual(ending)
  }
})
