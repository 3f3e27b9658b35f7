import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand, startCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

let waybill: WaybillProcess

beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(() => waybill.stop())

const run = (argv: readonly string[], input?: string) => runCommand(waybill, argv, input)

/** The namespaces of the events that a command prints as JSON, one a line. */
async function namespacesOf(argv: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(argv)
  return stdout.split('\n').flatMap((line) => {
    return line === '' ? [] : [String(JSON.parse(line).target.namespace)]
  })
}

test('options that begin with --not leave out what the others find', async () => {
  const events = ['kept', 'left-out', 'kept-too'].map((namespace) => ({
    action: 'image.push',
    target: { namespace },
    message: `about ${namespace}`,
  }))
  await run(['send'], JSON.stringify(events))
  const pushes = ['--action', 'image.push']
  const found = (...options: string[]) =>
    namespacesOf(['search', '--json', '--oldest', ...pushes, ...options])
  expect(await found('--not-namespace', 'left-out')).toEqual(['kept', 'kept-too'])
  expect(await found('--not', 'about too', '--not-namespace', 'left-out')).toEqual(['kept'])
  expect(await found('--not-action', 'image.push')).toEqual([])
  const exported = await namespacesOf(['export', ...pushes, '--not-namespace', 'kept'])
  expect(exported).toEqual(['left-out', 'kept-too'])
})

test('a search after a place shows what arrived since, whatever its time', async () => {
  const sent = await run(['send', '--action', 'image.mount', '--namespace', 'first'])
  expect(sent.code).toBe(0)
  const { stdout } = await run(['search', '--json', '--limit', '1', '--action', 'image.mount'])
  const after = String(JSON.parse(stdout).seq)
  for (const namespace of ['late', 'later']) {
    const event = { action: 'image.mount', time: '2020-01-01T00:00:00Z', target: { namespace } }
    await run(['send'], JSON.stringify(event))
  }
  const since = ['search', '--json', '--after', after]
  expect(await namespacesOf(since)).toEqual(['late', 'later'])
  expect(await namespacesOf([...since, '--all'])).toEqual(['late', 'later'])
  const table = await run(['search', '--after', String(Number(after) + 2)])
  expect(table.stderr).toContain(`what arrives from now on: --after ${Number(after) + 2}`)
  const ahead = await run(['search', '--after', '900000'])
  expect(ahead.code).toBe(1)
  expect(ahead.stderr).toContain('The position is not one of this ledger')
})

test('tail ends with an error when an older copy of the ledger was restored', async () => {
  const data = mkdtempSync(join(tmpdir(), 'waybill-restored-'))
  const copy = `${data}-copy`
  const first = await startWaybill({ dataDirectory: data })
  const port = new URL(first.url).port
  const sameAddress = ['--listen', `127.0.0.1:${port}`]
  await runCommand(first, ['send', '--action', 'image.push'])
  await first.stop()
  cpSync(data, copy, { recursive: true })
  const second = await startWaybill({ dataDirectory: data, arguments: sameAddress })
  const { child, stdout, stderr } = startCommand(second, [
    'tail',
    '--json',
    '--all',
    '--category',
    'image',
  ])
  const ended = once(child, 'close')
  await runCommand(second, ['send', '--action', 'image.pull'])
  const shown = async () => stdout().split('\n').length - 1
  await eventually(shown, (count) => count === 2, { what: 'both events' })
  await second.stop()
  rmSync(data, { recursive: true })
  cpSync(copy, data, { recursive: true })
  const restored = await startWaybill({ dataDirectory: data, arguments: sameAddress })
  await ended
  await restored.stop()
  for (const folder of [data, copy]) rmSync(folder, { recursive: true })
  expect(child.exitCode).toBe(1)
  expect(stderr()).toMatch(/it is after event \d+, but the last event here is \d+/)
})

test.each(['ndjson', 'json'])('what export wrote as %s, send takes, again too', async (format) => {
  const from = await startWaybill()
  const to = await startWaybill()
  try {
    expect(await refusedSignIn(from)).toBe(401)
    const details = { n: 1e30, note: '"seq" and "received"' }
    const event = { action: 'image.copy', actor: { name: 'Jürgen' }, message: `as ${format}` }
    await runCommand(from, ['send'], JSON.stringify([event, { ...event, details }]))
    const { stdout: exported } = await runCommand(from, ['export', '--format', format])
    const first = await runCommand(to, ['send', '-'], exported)
    expect(first.stderr).toBe('')
    expect(first.stdout).toMatch(/^stored 2 events; skipped \d+ events that Waybill recorded/)
    const again = await runCommand(to, ['send', '-'], exported)
    expect(again.stdout).toMatch(/^stored 0 events, 2 were there before; skipped/)
    const search = ['search', '--json', '--oldest', '--action', 'image.copy']
    const [left, arrived] = await Promise.all([from, to].map((one) => runCommand(one, search)))
    const events = arrived?.stdout.split('\n').map(withoutPlace)
    expect(events).toHaveLength(3)
    expect(events).toEqual(left?.stdout.split('\n').map(withoutPlace))
  } finally {
    await from.stop()
    await to.stop()
  }
})

/** What Waybill records of itself. */
async function refusedSignIn({ request }: WaybillProcess): Promise<number> {
  const user = { name: 'mallory', password: 'wrong', domain: { name: 'default' } }
  const auth = { identity: { methods: ['password'], password: { user } } }
  const body = JSON.stringify({ auth })
  const headers = { 'Content-Type': 'application/json' }
  return (await request('/v3/auth/tokens', { method: 'POST', headers, body })).status
}

/** An event without what its ledger added; one that was sent with an id has it as `eventId` too. */
function withoutPlace(line: string): unknown {
  if (line === '') return line
  const { received: _received, seq: _seq, source, ...event } = JSON.parse(line)
  return { ...event, source: { eventId: event.id, ...source } }
}

test('CSV begins with a byte-order mark by choice, also when it has no rows', async () => {
  const event = {
    action: 'image.push',
    actor: { name: 'Jürgen 主婦' },
    target: { namespace: 'bom' },
  }
  await run(['send'], JSON.stringify(event))
  const csv = ['export', '--format', 'csv', '--namespace', 'bom']
  const plain = (await run(csv)).stdout
  expect(plain).toMatch(/^origin,seq,/)
  expect(plain).toContain('"Jürgen 主婦"')
  expect((await run([...csv, '--bom'])).stdout).toBe(`\ufeff${plain}`)
  const empty = ['export', '--format', 'csv', '--namespace', 'nothing', '--bom']
  expect((await run(empty)).stdout).toMatch(/^\ufefforigin,.*,details\r\n$/)
  const refused = await run(['export', '--bom', '--format', 'json'])
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--format csv') })
})
