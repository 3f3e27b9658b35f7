import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'
import { useInstalled } from './recipe.ts'
import { runIn } from './run-in.ts'
import { StockWitness } from './stock-witness.ts'
import { TLOG_PYTHON } from './tlog-recipe.ts'

const CHECK_MS_MAX = 120_000
const EVENTS = 70_000
const BATCH = 5_000

const python = useInstalled(TLOG_PYTHON)

let folder = ''
let waybill: WaybillProcess
let vkey = ''
/** Two witnesses, both of which the policy asks for. */
let witnesses: readonly StockWitness[] = []
let policy = ''

/** What aics-tlog says. */
async function check(...command: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const output = await runIn(python(), ['venv/bin/python', 'driver.py', ...command], CHECK_MS_MAX)
  return JSON.parse(output)
}

async function textAt(path: string): Promise<string> {
  const answer = await waybill.request(path)
  expect(answer.status).toBe(200)
  return await answer.text()
}

/** Waits until a checkpoint is over everything that is stored. */
async function signed(): Promise<{ readonly size: number; readonly text: string }> {
  const { size } = JSON.parse(await textAt('/v1/ledger'))
  const text = await eventually(
    () => textAt('/v1/ledger/checkpoint'),
    (note) => Number(note.split('\n')[1]) >= size,
    { what: 'a checkpoint over everything' },
  )
  return { size: Number(text.split('\n')[1]), text }
}

/** Waits until both witnesses have cosigned so many events. */
async function witnessed(size: number): Promise<{ readonly size: number; readonly text: string }> {
  const text = await eventually(
    async () => (await waybill.request('/v1/ledger/checkpoint/witnessed')).text(),
    (note) => Number(note.split('\n')[1]) >= size,
    { what: `a witnessed checkpoint over ${size} events` },
  )
  return { size: Number(text.split('\n')[1]), text }
}

async function send(from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    const lines = Array.from({ length: Math.min(BATCH, to - start) }, (_, index) =>
      JSON.stringify({
        action: 'image.push',
        target: { namespace: 'team', repository: `app-${start + index}` },
        actor: { name: 'alice' },
        details: { number: start + index },
      }),
    )
    const post = () =>
      waybill.request('/v1/events', {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-ndjson' },
        body: lines.join('\n'),
      })
    // A slow disk refuses some for a while.
    const isAnswered = ({ status }: Response) => status !== 429
    const answer = await eventually(post, isAnswered, { what: 'events are accepted' })
    expect(answer.status).toBe(201)
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-outside-ledger-'))
  const configuration = join(folder, 'waybill.json')
  const made = ['w1', 'w2'].map((name) => StockWitness.make(python(), folder, name))
  witnesses = await Promise.all(made)
  policy = join(folder, 'policy')
  const lines = witnesses.map((one, index) => `witness w${index} ${one.vkey} ${one.url}\n`)
  writeFileSync(policy, `${lines.join('')}group both all w0 w1\nquorum both\n`)
  const ledger = { public: true, policyFile: policy, witnessSeconds: 1 }
  writeFileSync(configuration, JSON.stringify({ ledger }))
  waybill = await startWaybill({
    dataDirectory: join(folder, 'data'),
    arguments: ['--config', configuration],
  })
  await send(0, EVENTS / 2)
  vkey = (await textAt('/v1/ledger/key')).trim()
  writeFileSync(join(folder, 'older'), (await signed()).text)
  // Until here they do not run, which stops nothing.
  await Promise.all(witnesses.map((one) => one.trust(vkey)))
  for (const one of witnesses) one.start()
  writeFileSync(join(folder, 'older-witnessed'), (await witnessed(EVENTS / 2)).text)
  await waybill.kill()
  cpSync(join(folder, 'data'), join(folder, 'backup'), { recursive: true })
  waybill = await waybill.restart()
  await send(EVENTS / 2, EVENTS)
})

afterAll(async () => {
  await waybill?.stop()
  await Promise.all(witnesses.map((one) => one.stop()))
  rmSync(folder, { recursive: true, force: true })
})

describe('aics-tlog accepts', () => {
  test('the hash tiles that are served, without a token', async () => {
    const { size } = await signed()
    const answer = await check('audit', `${waybill.url}/v1/ledger`, vkey, 'hashes')
    expect(answer).toEqual({ ok: true, size })
  })

  test('a mirror with every entry, and refuses one with a byte changed', async () => {
    const mirror = join(folder, 'mirror')
    await signed()
    expect(await runCommand(waybill, ['ledger', 'mirror', mirror])).toMatchObject({ code: 0 })
    expect(await check('audit', mirror, vkey, 'entries')).toMatchObject({ ok: true })
    for (const path of ['tile/entries/100', 'tile/0/100', 'tile/1/000', 'checkpoint']) {
      const file = join(mirror, path)
      const bytes = readFileSync(file)
      const changed = Buffer.from(bytes)
      changed[40] = (changed[40] ?? 0) ^ 1
      writeFileSync(file, changed)
      expect([path, await check('audit', mirror, vkey, 'entries')]).toMatchObject([
        ...[path, { ok: false }],
      ])
      writeFileSync(file, bytes)
    }
  })

  test('the proof of an event, and of no other', async () => {
    const { events } = JSON.parse(await textAt('/v1/events?limit=2'))
    const entryOf = async (id: string) => {
      const file = join(folder, `${id}.json`)
      writeFileSync(file, await textAt(`/v1/events/${id}/entry`))
      return file
    }
    const [entry, other] = [await entryOf(events[0].id), await entryOf(events[1].id)]
    const proof = join(folder, 'event.tlog-proof')
    writeFileSync(proof, await textAt(`/v1/events/${events[0].id}/proof`))
    expect(await check('proof', proof, entry, vkey)).toEqual({ ok: true, index: events[0].seq })
    expect(await check('proof', proof, other, vkey)).toMatchObject({ ok: false })
  })

  test('that the ledger goes on where it was before a kill', async () => {
    const { size, text } = await signed()
    writeFileSync(join(folder, 'newer'), text)
    const from = Number(readFileSync(join(folder, 'older'), 'utf8').split('\n')[1])
    const path = `/v1/ledger/consistency?from=${from}&to=${size}`
    writeFileSync(join(folder, 'consistency'), await textAt(path))
    const files = ['older', 'newer', 'consistency'].map((name) => join(folder, name))
    expect(await check('consistency', ...files, vkey)).toEqual({ ok: true, from, to: size })
  })
})

describe('two stock witnesses', () => {
  const vkeys = () => witnesses.map((one) => one.vkey)

  test('cosign what aics-tlog accepts as cosigned, before and after a kill', async () => {
    const { size, text } = await witnessed(EVENTS)
    writeFileSync(join(folder, 'witnessed'), text)
    expect(await check('cosigned', join(folder, 'witnessed'), vkey, ...vkeys())).toEqual({
      ...{ ok: true, size },
    })
    const older = join(folder, 'older-witnessed')
    expect(await check('cosigned', older, vkey, ...vkeys())).toMatchObject({ ok: true })
    const lines = readFileSync(older, 'utf8').trimEnd().split('\n')
    writeFileSync(older, `${lines.slice(0, -1).join('\n')}\n`)
    expect(await check('cosigned', older, vkey, ...vkeys())).toMatchObject({ ok: false })
  })

  test('anchor a verification of the server, of a mirror, and of one event', async () => {
    await witnessed(EVENTS)
    const trusted = join(folder, 'trusted-policy')
    writeFileSync(trusted, `log ${vkey}\n${readFileSync(policy, 'utf8')}`)
    const server = await runCommand(waybill, ['verify', '--policy', trusted])
    expect(server).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /2 of 2 witnesses cosigned: the quorum is reached\nconsistent\n$/,
      ),
    })
    const mirror = join(folder, 'witnessed-mirror')
    const copy = ['ledger', 'mirror', mirror, '--witnessed']
    expect(await runCommand(waybill, copy)).toMatchObject({ code: 0 })
    const text = readFileSync(join(mirror, 'checkpoint'), 'utf8')
    const size = Number(text.split('\n')[1])
    expect(await check('audit', mirror, vkey, 'entries')).toMatchObject({ ok: true, size })
    const more = size + EVENTS
    writeFileSync(join(mirror, 'checkpoint'), text.replace(`\n${size}\n`, `\n${more}\n`))
    expect(await runCommand(waybill, copy)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`has ${more} events already`),
    })
    writeFileSync(join(mirror, 'checkpoint'), text)
    const offline = await runCommand(waybill, ['verify', mirror, '--policy', trusted, '--json'])
    expect(JSON.parse(offline.stdout)).toMatchObject({
      verdict: 'consistent',
      witnessed: { size, isQuorum: true, cosignatures: [{ name: 'w0' }, { name: 'w1' }] },
    })
    const { events } = JSON.parse(await textAt('/v1/events?limit=1'))
    const [{ id }] = events
    writeFileSync(join(folder, 'e.json'), JSON.stringify(events[0]))
    const proof = join(folder, 'e.tlog-proof')
    writeFileSync(proof, await textAt(`/v1/events/${id}/proof?checkpoint=witnessed`))
    const event = ['--event', join(folder, 'e.json')]
    const one = await runCommand(waybill, ['verify', proof, ...event, '--policy', trusted])
    expect(one.stdout).toMatch(/\nconsistent\n$/)
  })

  test('are shown by status and by metrics', async () => {
    const { size } = await witnessed(EVENTS)
    const { stdout } = await runCommand(waybill, ['status'])
    expect(stdout).toMatch(/^witness {2}w0, [\d,]+ events, at 2\d{3}-.*Z$/m)
    const metrics = await (await waybill.request('/metrics')).text()
    expect(metrics).toContain(`waybill_witness_cosigned_size{witness="w1"} ${size}\n`)
    expect(metrics).toContain('waybill_witness_failures{witness="w1"} 0\n')
  })

  test('keep a restored backup from signing a second history, which it can show', async () => {
    const { size } = await witnessed(EVENTS)
    const dataDirectory = join(folder, 'backup')
    expect(await runCommand({ ...waybill, dataDirectory }, ['recover', '--copy'])).toMatchObject({
      code: 0,
    })
    const configuration = ['--config', join(folder, 'waybill.json')]
    const restored = await startWaybill({ dataDirectory, arguments: configuration })
    try {
      const { ledger } = JSON.parse(await (await restored.request('/v1/status')).text())
      expect(ledger.size).toBeLessThan(size)
      expect(ledger.readOnly).toContain(
        `the witness w0 cosigned ${size} events, and ${ledger.size} are there: `,
      )
      const sent = { method: 'POST', body: '{"action":"image.push"}' }
      const headers = { 'Content-Type': 'application/json' }
      expect((await restored.request('/v1/events', { ...sent, headers })).status).toBe(503)
      expect((await restored.request('/v1/ledger/checkpoint')).status).toBe(503)
      expect((await restored.request('/v1/events?limit=1')).status).toBe(200)
    } finally {
      await restored.stop()
    }
  })
})
