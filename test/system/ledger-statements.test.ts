import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { referenceLeaf, referenceRoot } from '../support/reference-tree.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-stated-'))
let waybill: WaybillProcess
/** Tokens of an auditor and of a member of each tenant. */
const tokens: Record<string, string> = {}

interface ListedEvent {
  readonly seq: number
  readonly tenant: string
  readonly action: string
  readonly details?: Readonly<Record<string, unknown>>
}

beforeAll(async () => {
  waybill = await startWaybill()
  for (const tenant of ['ta', 'tb']) {
    for (const role of ['auditor', 'member']) {
      const user = await post('/v1/users', { name: role, tenant, roles: [role] })
      const scopes = ['events:read', 'ledger:read']
      const { token } = await post('/v1/tokens', { user: user['id'], scopes })
      tokens[`${role} of ${tenant}`] = String(token)
    }
  }
})
afterAll(async () => {
  await waybill?.stop()
  rmSync(folder, { recursive: true })
})

async function post(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = { 'Content-Type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await waybill.request(path, init)
  expect(answer.status).toBe(201)
  return jsonOf(answer)
}

async function send(tenant: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => ({
    ...{ tenant, action: 'image.push', message: `push ${index}` },
  }))
  await post('/v1/events', events)
}

/** Has a tenant's events stated, by the holder of a token or the administrator. */
async function state(tenant: string, by?: string): Promise<{ status: number; event: ListedEvent }> {
  const headers = new Headers()
  if (by !== undefined) headers.set('Authorization', `Bearer ${tokens[by] ?? ''}`)
  const path = `/v1/ledger/statement?tenant=${tenant}`
  const answer = await waybill.request(path, { method: 'POST', headers })
  return { status: answer.status, event: await jsonOf<ListedEvent>(answer) }
}

async function eventsOf(tenant: string): Promise<readonly ListedEvent[]> {
  const path = `/v1/events?tenant=${tenant}&order=seq&limit=1000`
  return (await jsonOf<{ events: readonly ListedEvent[] }>(waybill.request(path))).events
}

/** The ranges of a tenant's statements, each compared with its events. */
async function rangesOf(tenant: string): Promise<readonly (readonly [number, number])[]> {
  const events = await eventsOf(tenant)
  const statements = events.filter(({ action }) => action === 'ledger.statement')
  return statements.map(({ details = {} }, index) => {
    const [from, to] = [Number(details['from']), Number(details['to'])]
    const stated = events.filter(({ seq }) => seq >= from && seq < to)
    const leaves = stated.map(({ seq: _seq, ...event }) => referenceLeaf(event))
    expect(details).toEqual({
      ...{ from, to, count: stated.length, rootHash: referenceRoot(leaves).toString('hex') },
      previous: statements[index - 1]?.seq ?? null,
    })
    return [from, to] as const
  })
}

function expectAdjoining(ranges: readonly (readonly [number, number])[]): void {
  expect(ranges.map(([from]) => from)).toEqual([0, ...ranges.slice(0, -1).map(([, to]) => to)])
}

test('each tenant has its own statements, for those who may read all of it', async () => {
  await send('ta', 5)
  await send('tb', 3)
  const made = await state('ta', 'auditor of ta')
  expect(made).toMatchObject({ status: 201, event: { tenant: 'ta', details: { from: 0 } } })
  expect(await state('ta', 'auditor of ta')).toEqual({ ...made, status: 200 })
  expect(await state('tb')).toMatchObject({ status: 201, event: { tenant: 'tb' } })

  expect(await state('tb', 'auditor of ta')).toMatchObject({ status: 403 })
  expect(await state('ta', 'member of ta')).toMatchObject({ status: 403 })
  expect(await state('nobody')).toMatchObject({ status: 404 })
  for (const tenant of ['ta', 'tb']) expect(await rangesOf(tenant)).toHaveLength(1)
})

test('the command prints what is stated', async () => {
  await send('ta', 2)
  const { code, stdout } = await runCommand(waybill, ['ledger', 'statement', '--tenant', 'ta'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ta: 3 events .*\nroot [0-9a-f]{64}\nstated by event \d+\n$/)
  const json = await runCommand(waybill, ['ledger', 'statement', '--tenant', 'ta', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ action: 'ledger.statement' })
  const verified = await runCommand(waybill, ['verify'])
  expect(verified).toMatchObject({ code: 0 })
})

test('an event that was left out of an export is found without the server', async () => {
  const [exported, key] = [join(folder, 'exported'), join(folder, 'ledger.vkey')]
  const run = (...command: readonly string[]) => runCommand(waybill, command)
  const verify = (...more: readonly string[]) => run('verify', exported, '--key', key, ...more)
  writeFileSync(key, await (await waybill.request('/v1/ledger/key')).text())
  await send('ta', 2)
  expect(await run('ledger', 'statement', '--tenant', 'ta')).toMatchObject({ code: 0 })
  expect(await run('export', '--tenant', 'ta', '--proof', exported)).toMatchObject({ code: 0 })
  const whole = await verify('--complete-from', '0')
  expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/^tenant ta: all events/) })

  const file = join(exported, 'events.ndjson')
  const lines = readFileSync(file, 'utf8').split('\n')
  const isPush = (line: string) => line.includes('"image.push"')
  const left = lines.findIndex(isPush)
  writeFileSync(file, lines.filter((_, index) => index !== left).join('\n'))
  const { code, stdout } = await verify('--complete-from', '0')
  expect([code, stdout]).toEqual([
    12,
    expect.stringMatching(/^statement \d+ about tenant ta, seqs 0 to \d+: 8 of the 9 events .*\n/),
  ])
  // Without that, it is taken for a selection.
  const selected = await verify()
  expect([selected.code, selected.stdout]).toEqual([
    0,
    expect.stringMatching(/^tenant ta: not a whole export of the tenant, 8 of 9 events of/),
  ])
  const wrong = await run('verify', '--complete-from', '0')
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('needs an export') })
})

test('the ranges of a tenant adjoin over restarts and kills at any moment', async () => {
  for (let round = 0; round < 2; round += 1) {
    await send('ta', 3)
    await send('tb', 1)
    const asked = Promise.allSettled([state('ta'), state('tb'), state('ta')])
    // The kill meets the requests before, in or after the write of their events.
    await new Promise((resolve) => setTimeout(resolve, 400 * round))
    await waybill.kill()
    await asked
    waybill = await waybill.restart()
  }
  await send('ta', 1)
  for (const tenant of ['ta', 'tb']) {
    await eventually(
      () => state(tenant),
      ({ status }) => status < 400,
      { what: 'a statement' },
    )
    expectAdjoining(await rangesOf(tenant))
  }
  expect(await runCommand(waybill, ['verify'])).toMatchObject({ code: 0 })
})
