import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCheckpoint } from '../../src/ledger/checkpoint/checkpoint.ts'
import { runCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** More than a group of 256, so that the old ledger has saved hashes. */
const EVENTS = 300

const folder = mkdtempSync(join(tmpdir(), 'waybill-successor-'))
const lastSigned = join(folder, 'elsewhere')
const configuration = join(folder, 'waybill.json')
const restored = join(folder, 'restored')
let waybill: WaybillProcess
let origin = ''
/** The checkpoint that the backup has, and a later one that it lacks. */
let inBackup = ''
let latest = ''

const start = (dataDirectory: string) =>
  startWaybill({ dataDirectory, arguments: ['--config', configuration] })

const recover = (...options: readonly string[]) =>
  runCommand({ ...waybill, dataDirectory: restored }, [
    'recover',
    '--config',
    configuration,
    ...options,
  ])

function send(count: number): Promise<Response> {
  const lines = Array.from({ length: count }, (_, number) =>
    JSON.stringify({ action: 'image.push', actor: { name: 'alice' }, details: { number } }),
  )
  const headers = { 'Content-Type': 'application/x-ndjson' }
  return waybill.request('/v1/events', { method: 'POST', headers, body: lines.join('\n') })
}

/** Waits until everything is signed. */
async function signed(): Promise<string> {
  const { size } = await jsonOf<{ size: number }>(waybill.request('/v1/ledger'))
  return await eventually(
    async () => (await waybill.request('/v1/ledger/checkpoint')).text(),
    (text) => Number(text.split('\n')[1]) >= size,
    { what: 'a checkpoint over everything' },
  )
}

beforeAll(async () => {
  writeFileSync(configuration, JSON.stringify({ ledger: { checkpointFile: lastSigned } }))
  const original = join(folder, 'original')
  waybill = await start(original)
  expect((await send(EVENTS)).status).toBe(201)
  inBackup = await signed()
  await waybill.stop()
  cpSync(original, restored, { recursive: true })
  waybill = await waybill.restart()
  expect((await send(5)).status).toBe(201)
  latest = await signed()
  origin = (await jsonOf<{ origin: string }>(waybill.request('/v1/ledger'))).origin
  await waybill.stop()
})

afterAll(async () => {
  await waybill?.kill()
  rmSync(folder, { recursive: true, force: true })
})

test('a backup older than the last checkpoint signs nothing, and says how to go on', async () => {
  expect(await recover('--copy')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/events was signed, and \d+ are there.*recover --successor/),
  })
  waybill = await start(restored)
  expect((await send(1)).status).toBe(503)
  expect((await waybill.request('/v1/ledger/checkpoint')).status).toBe(503)
  const { ledger } = await jsonOf<{ ledger: { readOnly: string } }>(waybill.request('/v1/status'))
  expect(ledger.readOnly).toContain('recover --successor')
  expect((await waybill.request('/v1/events?limit=1')).status).toBe(200)
  await waybill.stop()
})

test('a successor has another name, that no ledger of the store has', async () => {
  for (const [name, problem] of [
    [origin, 'already'],
    ['a/b', 'letters, digits'],
  ]) {
    const outcome = await recover('--successor', String(name))
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining(String(problem)) })
  }
  expect(readFileSync(join(restored, 'origin'), 'utf8').trim()).toBe(origin)
  expect(existsSync(lastSigned)).toBe(true)
})

test('a successor that a crash left half done is completed under its name alone', async () => {
  expect(await recover('--successor', 'later')).toMatchObject({ code: 0 })
  // The name in the data directory is written last.
  writeFileSync(join(restored, 'origin'), `${origin}\n`)
  expect(await recover('--successor', 'other')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('begun under another name'),
  })
  expect(await recover('--successor', 'later')).toMatchObject({ code: 0 })
})

test('a successor never signs under the name of the ledger before it', async () => {
  const { logName } = parseCheckpoint(latest)
  const started = startWaybill({
    dataDirectory: restored,
    arguments: ['--config', configuration, '--ledger-public-name', logName],
  })
  await expect(started).rejects.toThrow('names the old ledger')
})

test('the first event of a successor names the last checkpoint of the old ledger', async () => {
  waybill = await start(restored)
  const status = await jsonOf(waybill.request('/v1/ledger'))
  expect(status).toMatchObject({ origin: 'later' })
  const search = '/v1/events?action=ledger.succession'
  const { events } = await jsonOf<{ events: readonly unknown[] }>(waybill.request(search))
  const last = parseCheckpoint(latest)
  const held = parseCheckpoint(inBackup)
  const rootHash = (hash: Uint8Array) => Buffer.from(hash).toString('base64')
  expect(events).toEqual([
    expect.objectContaining({
      seq: 0,
      source: expect.objectContaining({ kind: 'waybill', name: 'later' }),
      details: {
        predecessor: {
          ...{ origin, logName: last.logName },
          signed: { size: last.size, rootHash: rootHash(last.rootHash), checkpoint: latest },
          held: { size: held.size, rootHash: rootHash(held.rootHash) },
        },
      },
    }),
  ])
})

test('it takes events and signs them with a key and a name of its own', async () => {
  expect((await send(3)).status).toBe(201)
  expect(parseCheckpoint(await signed()).logName).toBe('waybill.invalid/later')
  expect(await runCommand(waybill, ['verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nunanchored\n$/),
  })
  // Events of the ledger before it are found as they were.
  const all = await jsonOf<{ count: number }>(waybill.request('/v1/events/count?action=image.push'))
  expect(all.count).toBe(EVENTS + 3)
})

test('the old ledger is served as far as its events are signed, and verifies', async () => {
  const path = `/v1/ledgers/${origin}`
  const at = async (rest: string) => (await waybill.request(`${path}/${rest}`)).text()
  expect(await at('checkpoint')).toBe(inBackup)
  const { size } = parseCheckpoint(inBackup)
  expect((await waybill.request(`${path}/tile/0/001.p/${size - 256}`)).status).toBe(200)
  for (const rest of [`tile/0/001.p/${size - 255}`, `consistency?from=1&to=${size + 1}`]) {
    expect((await waybill.request(`${path}/${rest}`)).status).toBe(404)
  }
  expect((await waybill.request('/v1/ledgers/unknown/checkpoint')).status).toBe(404)
  const own = await waybill.request('/v1/ledgers/later/checkpoint')
  expect(await own.text()).toBe(await (await waybill.request('/v1/ledger/checkpoint')).text())
  const mirror = join(folder, 'mirror')
  expect(await runCommand(waybill, ['ledger', 'mirror', mirror, '--origin', origin])).toMatchObject(
    { code: 0 },
  )
  const key = ['--key', (await at('key')).trim()]
  const anchors = [...key, '--checkpoint', join(mirror, 'checkpoint')]
  expect(await runCommand(waybill, ['verify', mirror, ...anchors])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nconsistent\n$/),
  })
})

test('an event of the old ledger is proven as before', async () => {
  const search = '/v1/events?action=image.push&order=oldest&limit=1'
  const { events } = await jsonOf<{ events: readonly { id: string }[] }>(waybill.request(search))
  const [id = ''] = events.map((event) => event.id)
  const [event, proof] = [join(folder, 'event.json'), join(folder, 'event.tlog-proof')]
  writeFileSync(event, await (await waybill.request(`/v1/events/${id}/entry`)).text())
  writeFileSync(proof, await (await waybill.request(`/v1/events/${id}/proof`)).text())
  const key = (await (await waybill.request(`/v1/ledgers/${origin}/key`)).text()).trim()
  const verified = await runCommand(waybill, ['verify', proof, '--event', event, '--key', key])
  expect(verified.code).toBe(0)
  expect(readFileSync(proof, 'utf8')).toContain(origin)
})
