import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand, startCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

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

test('every query can leave out an actor and find by the beginning of a digest', async () => {
  const digest = `sha256:9f86d081884c${'0'.repeat(52)}`
  const event = (actor: string, namespace: string) => {
    return { action: 'image.scan', actor: { name: actor }, target: { namespace, digest } }
  }
  const events = [event('alice', 'first'), event('healthcheck', 'second'), event('bob', 'third')]
  await run(['send'], JSON.stringify([...events, { action: 'image.scan' }]))
  const wanted = ['--target', '9F86D081884C', '--not-actor', 'healthcheck']
  const found = ['first', 'third']
  expect(await namespacesOf(['search', '--json', '--oldest', ...wanted])).toEqual(found)
  expect(await namespacesOf(['export', ...wanted])).toEqual(found)
  expect(await namespacesOf(['tail', '--json', '--all', '--limit', '2', ...wanted])).toEqual(found)
  const scans = await run(['search', '--json', '--oldest', '--target', digest])
  const first = String(JSON.parse(scans.stdout.split('\n')[0] ?? '').seq)
  const after = ['--json', '--after', first]
  expect(await namespacesOf(['search', ...after, ...wanted])).toEqual(['third'])
  expect(await namespacesOf(['tail', ...after, '--limit', '1', ...wanted])).toEqual(['third'])
  expect((await run(['count', ...wanted])).stdout).toBe('2\n')
  const short = await run(['count', '--json', '--target', '9f86d081884'])
  expect(JSON.parse(short.stdout)).toEqual({ count: 0 })
})

describe('count', () => {
  /** Around both changes of the clocks of Berlin, and the end of a year. */
  const MOMENTS = [
    ...['2026-03-28T22:59:59.999999Z', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59.999999Z'],
    ...['2026-03-29T22:00:00Z', '2026-10-18T21:59:59Z', '2026-10-18T22:00:00Z'],
    ...['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T22:59:59.999999Z'],
    ...['2026-10-25T23:00:00Z', '2026-12-31T22:59:59Z', '2027-01-03T22:59:59.999999Z'],
  ]
  const clocks = ['--namespace', 'clocks', '--time-zone', 'Europe/Berlin', '--interval']

  beforeAll(async () => {
    const events = MOMENTS.map((time) => ({
      action: 'image.tag',
      time,
      target: { namespace: 'clocks' },
    }))
    await run(['send'], JSON.stringify(events))
  })

  /** The first columns of the table. */
  async function tableOf(...options: string[]): Promise<readonly string[]> {
    const { stdout } = await run(['count', ...options])
    return stdout.split('\n').map((line) => line.replace(/ *#*$/, ''))
  }

  test('weeks and days begin when clocks of the zone show midnight', async () => {
    expect(await tableOf(...clocks, 'week')).toEqual([
      'WEEK        EVENTS',
      '2026-03-23       3',
      '2026-03-30       1',
      '2026-10-12       1',
      '2026-10-19       4',
      '2026-10-26       1',
      '2026-12-28       2',
      '',
    ])
    const autumn = ['--from', '2026-10-19T00:00:00+02:00', '--to', '2026-10-27T00:00:00+01:00']
    expect(await tableOf(...clocks, 'day', ...autumn)).toEqual([
      'DAY         EVENTS',
      '2026-10-19       1',
      '2026-10-25       3',
      '2026-10-26       1',
      '',
    ])
    expect((await tableOf(...clocks, 'month')).slice(1, 3)).toEqual([
      '2026-03       4',
      '2026-10       6',
    ])
  })

  test('an hour that clocks show twice is two, told apart by the offset', async () => {
    const night = ['--from', '2026-10-25', '--to', '2026-10-25T03:00:00Z']
    expect(await tableOf(...clocks, 'hour', ...night, '--by', 'action')).toEqual([
      'HOUR                     ACTION     EVENTS',
      '2026-10-25 02:00 +02:00  image.tag       1',
      '2026-10-25 02:00 +01:00  image.tag       1',
      '',
    ])
  })

  test('JSON has the counts as the server answers them, one a line', async () => {
    const { stdout } = await run(['count', ...clocks, 'week', '--json', '--to', '2026-04-01'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { time: '2026-03-22T23:00:00.000000Z', count: 3 },
      { time: '2026-03-29T22:00:00.000000Z', count: 1 },
    ])
    const none = await run(['count', ...clocks, 'week', '--actor', 'nobody-at-all'])
    expect(none).toEqual({ code: 0, stdout: '', stderr: 'no events match\n' })
  })

  test('a field that cannot be counted by is refused with those that can', async () => {
    const refused = await run(['count', '--interval', 'day', '--by', 'message'])
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('one of actor, ') })
  })
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
  expect(table.stderr).toContain(`for later events: --after ${Number(after) + 2}`)
  const ahead = await run(['search', '--after', '900000'])
  expect(ahead.code).toBe(1)
  expect(ahead.stderr).toContain('The position is not in this ledger')
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
  expect(stderr()).toMatch(/the position is after event \d+, but the last event here is \d+/)
})

test('status for an administrator of one tenant counts the events of the tenant', async () => {
  const post = (path: string, body: object) =>
    waybill.request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const user = { name: 'root', tenant: 'small', roles: ['administrator'] }
  const { id } = await jsonOf<{ id: string }>(post('/v1/users', user))
  const made = await jsonOf<{ token: string }>(post('/v1/tokens', { user: id, scopes: ['admin'] }))
  const { code, stdout } = await run(['status', '--token', made.token])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ledger +[\d,]+ events$/m)
  expect(stdout).toMatch(/^store +\d events? of the tenant$/m)
  expect(stdout).not.toMatch(/NaN|undefined|waiting/)
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
    expect(again.stdout).toMatch(/^stored 0 events \(2 duplicates skipped\); skipped/)
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
