import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { writeHolder } from '../../../src/ledger/checkpoint/directory-holder.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../../support/waybill-process.ts'

const BATCHES = 3
const BATCH_EVENTS = 1000

/** What each test begins with a copy of: the data of a Waybill that was stopped. */
const original = mkdtempSync(join(tmpdir(), 'waybill-whole-'))
let folder: string
let waybill: WaybillProcess
/** What the ledger holds: what was sent, and what Waybill recorded of its own beginning. */
let recorded: number
beforeAll(async () => {
  waybill = await startWaybill({ dataDirectory: original })
  for (let batch = 0; batch < BATCHES; batch += 1) await send(messages(batch))
  recorded = (await jsonOf<Status>(waybill.request('/v1/status'))).ledger.size
  // An answer comes when all is stored: what only the journal held would come back from there.
  expect((await waybill.request('/v1/events/count')).status).toBe(200)
  await waybill.stop()
})
afterAll(async () => {
  await waybill?.kill()
  rmSync(original, { recursive: true, force: true })
})
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-lost-'))
  cpSync(original, folder, { recursive: true })
  // It is to be taken for the original: a copy takes no events at all.
  await writeHolder(join(folder, 'ledger', 'holder'))
})
afterEach(async () => {
  await waybill.kill()
  rmSync(folder, { recursive: true, force: true })
})

const messages = (batch: number) =>
  Array.from({ length: BATCH_EVENTS }, (_, index) => `event ${batch} ${index}`)

async function send(given: readonly string[]): Promise<void> {
  const answer = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(given.map((message) => ({ action: 'image.push', message }))),
  })
  expect(answer.status, await answer.text()).toBe(201)
}

/** Changes the store behind Waybill's back, in a process of its own as it is open in one alone. */
async function tamper(sql: string): Promise<void> {
  const script = `
    import { Session } from 'chdb'
    const session = new Session(process.argv[1], { connectionArgs: [] })
    await session.queryAsync(process.argv[2])
    session.close()`
  const argv = ['--input-type=module', '-e', script, join(folder, 'clickhouse'), sql]
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  waybill = await startWaybill({ dataDirectory: folder })
}

interface Status {
  readonly ledger: {
    readonly size: number
    readonly contradiction?: string
    readonly readOnly?: string
  }
}

/** What must be seen of a contradiction, and that the log is in service all the same. */
async function expectContradiction(what: string, takesEvents = true): Promise<void> {
  const { ledger } = await jsonOf<Status>(waybill.request('/v1/status'))
  expect(ledger.contradiction).toContain(what)
  expect(waybill.log()).toContain('stored events do not match the ledger')
  expect(await (await waybill.request('/metrics')).text()).toContain(
    'waybill_ledger_contradiction 1',
  )
  if (!takesEvents) {
    expect((await waybill.request('/readyz')).status).toBe(503)
    return
  }
  const found = await jsonOf<{ events: readonly { message: string }[] }>(
    waybill.request('/v1/events?action=ledger.contradiction'),
  )
  expect(found.events[0]?.message).toContain(what)
  expect((await waybill.request('/readyz')).status).toBe(200)
  await send(['after'])
}

const MUTATION = 'SETTINGS mutations_sync = 2'

test('events that are removed below the saved tiles are counted at start', async () => {
  await tamper(`ALTER TABLE events DELETE WHERE seq >= 10 AND seq < 13 ${MUTATION}`)
  await expectContradiction(
    `${recorded} events were recorded, the store holds ${recorded - 3}: 3 are missing`,
  )
})

test('events that were removed stay missing after the next start', async () => {
  await tamper(`ALTER TABLE events DELETE WHERE seq < 1000 ${MUTATION}`)
  await expectContradiction('1000 are missing')
  await waybill.stop()
  waybill = await waybill.restart()
  await expectContradiction('1000 are missing')
})

test('events that are cut off at the end keep their places in the ledger', async () => {
  await tamper(`ALTER TABLE events DELETE WHERE seq >= ${recorded - 5} ${MUTATION}`)
  await expectContradiction('5 are missing')
  const { ledger } = await jsonOf<Status>(waybill.request('/v1/status'))
  expect(ledger.size).toBeGreaterThan(recorded)
})

test('a ledger that contradicts its last checkpoint is read, and takes no events', async () => {
  const changed = `texts = concat('x', texts) WHERE seq = ${recorded - 1}`
  await tamper(`ALTER TABLE events UPDATE ${changed} ${MUTATION}`)
  await expectContradiction('do not give the root that was saved', false)
  const { ledger } = await jsonOf<Status>(waybill.request('/v1/status'))
  expect(ledger.readOnly).toContain('do not give the root that was signed')
  const refused = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"action":"image.push"}',
  })
  expect([refused.status, await refused.text()]).toEqual([
    ...[503, expect.stringContaining('ledger.read-only')],
  ])
  expect((await waybill.request('/v1/events?order=oldest&limit=1')).status).toBe(200)
  const damaged = await waybill.request('/v1/events?limit=1')
  expect([damaged.status, await damaged.text()]).toEqual([
    ...[503, expect.stringContaining(`event ${recorded - 1} of waybill-`)],
  ])
  expect((await waybill.request('/v1/ledger/checkpoint')).status).toBe(503)
})

test('an event that is stored twice is counted at start', async () => {
  await tamper('INSERT INTO events SELECT * FROM events WHERE seq = 7')
  await expectContradiction('1 were added')
})

test('a saved head that is removed is noticed', async () => {
  await tamper(`ALTER TABLE tree_heads DELETE WHERE true ${MUTATION}`)
  await expectContradiction('the saved tree head is missing')
})

test('a ledger that is whole has no contradiction after a stop and after a kill', async () => {
  waybill = await startWaybill({ dataDirectory: folder })
  for (let batch = 0; batch < BATCHES; batch += 1) await send(messages(batch))
  await waybill.kill()
  waybill = await waybill.restart()
  await waybill.stop()
  waybill = await waybill.restart()
  expect((await jsonOf<Status>(waybill.request('/v1/status'))).ledger.contradiction).toBeUndefined()
})
