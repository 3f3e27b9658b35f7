import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ClickHouseServer, startClickHouseServer } from '../support/store-clickhouse-server.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

/** Instances that start at the same moment on one empty database of a ClickHouse server. */
const NAMES = ['east', 'west'] as const
/** How much later the second one starts, ms: the critical moments are met somewhere in between. */
const LATER_MS = [0, 50, 300]

let folder: string
let clickhouse: ClickHouseServer
let running: WaybillProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-first-start-'))
  clickhouse = await startClickHouseServer()
})
afterEach(async () => {
  await Promise.all(running.map((instance) => instance.kill()))
  running = []
})
afterAll(async () => {
  await clickhouse?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const directoryOf = (round: string, name: string) => join(folder, round, name)

async function start(round: string, name: string): Promise<WaybillProcess> {
  const instance = await startWaybill({
    dataDirectory: directoryOf(round, name),
    arguments: ['--store', `${clickhouse.url}/${round}`, '--origin', name],
    mayLackToken: true,
  })
  running.push(instance)
  return instance
}

function startBoth(round: string, laterMs: number) {
  return Promise.allSettled(
    NAMES.map(async (name, index) => {
      await delay(index * laterMs)
      return start(round, name)
    }),
  )
}

const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

/** A page and the next one, each of another instance: the cursor holds on both. */
async function expectSharedCursors(one: WaybillProcess, other: WaybillProcess, token: string) {
  const first = await jsonOf<{ events: { id: string }[]; next: string }>(
    one.request('/v1/events?order=oldest&limit=1', withToken(token)),
  )
  expect(first.next).toEqual(expect.any(String))
  const path = `/v1/events?order=oldest&limit=1&cursor=${encodeURIComponent(first.next)}`
  const answer = await other.request(path, withToken(token))
  const second = await jsonOf<{ events: { id: string }[] }>(answer)
  expect({ status: answer.status, second }).toMatchObject({ status: 200 })
  expect(second.events[0]?.id).not.toBe(first.events[0]?.id)
}

test.each(LATER_MS.map((laterMs, round) => [round, laterMs] as const))(
  'instances with one secret key agree on all keys and one administrator: %i, %i ms later',
  async (...of) => {
    const round = `shared_${of[0]}`
    const secretKey = `${randomBytes(32).toString('hex')}\n`
    for (const name of NAMES) {
      mkdirSync(directoryOf(round, name), { recursive: true })
      writeFileSync(join(directoryOf(round, name), 'secret-key'), secretKey)
    }
    const started = await startBoth(round, of[1])
    expect(started.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    const [one, other] = [...running].sort((left) => (left.adminToken === '' ? 1 : -1))
    if (one === undefined || other === undefined) throw new Error('two instances run')

    // One made the administrator, and the other knows it and its token.
    expect(other.adminToken).toBe('')
    const token = one.adminToken
    const users = await jsonOf<{ users: { id: string }[] }>(one.request('/v1/users'))
    expect(users.users).toHaveLength(1)
    expect(await jsonOf(other.request('/v1/users', withToken(token)))).toEqual(users)

    await expectSharedCursors(one, other, token)
    await expectSharedCursors(other, one, token)

    // The start that follows is the same however the first one went.
    if (of[0] > 0) return
    // Each signs a token that the other one, which reads tokens at its start, takes.
    const [ofOne, ofOther] = [await signedBy(one, token), await signedBy(other, token)]
    running = []
    await Promise.all([one.kill(), other.kill()])
    running = await Promise.all([one.restart(), other.restart()])
    for (const instance of running) {
      for (const signed of [ofOne, ofOther]) {
        expect(await statusOfSigned(instance, signed)).toBe(200)
        expect(await statusOfSigned(instance, `${signed.slice(0, -3)}AAA`)).toBe(401)
      }
    }
  },
)

test.each(LATER_MS.map((laterMs, round) => [round, laterMs] as const))(
  'of instances without a common secret key only one starts: %i, %i ms later',
  async (...of) => {
    const round = `apart_${of[0]}`
    for (const name of NAMES) mkdirSync(directoryOf(round, name), { recursive: true })
    const started = await startBoth(round, of[1])
    expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [one] = running
    if (one === undefined) throw new Error('one instance runs')
    const refused = started.find((result) => result.status === 'rejected')
    expect(String(refused?.reason)).toMatch(/secret-key.*copy it from/s)

    // With the file of the first one it starts, and knows its administrator.
    const late = NAMES.find((name) => directoryOf(round, name) !== one.dataDirectory) ?? 'west'
    copyFileSync(
      join(one.dataDirectory, 'secret-key'),
      join(directoryOf(round, late), 'secret-key'),
    )
    const other = await start(round, late)
    expect(existsSync(join(other.dataDirectory, 'admin-token'))).toBe(false)
    await expectSharedCursors(one, other, one.adminToken)
    await expectSharedCursors(other, one, one.adminToken)
  },
)

/** A token of the administrator that is signed, not looked up by a secret. */
async function signedBy(instance: WaybillProcess, token: string): Promise<string> {
  const answer = await instance.request('/v1/tokens', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ user: 'admin', scopes: ['api'] }),
  })
  return (await jsonOf<{ token: string }>(answer)).token
}

async function statusOfSigned(instance: WaybillProcess, signed: string): Promise<number> {
  return (await instance.request('/api/v2/logs/audit/user', withToken(signed))).status
}
