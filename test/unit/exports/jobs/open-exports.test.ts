import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TokenInfo } from '../../../../src/access/directory/directory.ts'
import type { Principal } from '../../../../src/access/directory/principal.ts'
import { Fault } from '../../../../src/core/errors.ts'
import type { StoredEvent } from '../../../../src/core/event/event.ts'
import type { EventFilter } from '../../../../src/core/query/query.ts'
import { createClock } from '../../../../src/core/time/timestamp.ts'
import type { ExportOrder } from '../../../../src/exports/jobs/export-desk.ts'
import { type Exports, openExports } from '../../../../src/exports/jobs/open-exports.ts'
import { EXPORTS_WAITING_MAX, USER_EXPORTS_WAITING_MAX } from '../../../../src/exports/limits.ts'
import { type CallbackServer, startCallbackServer } from '../../../support/callback-server.ts'
import { eventually } from '../../../support/eventually.ts'
import { eventOf } from '../../../support/store-events.ts'
import { MapRecordStore } from '../../access/records/map-record-store.ts'
import { PLAIN_FORM } from '../export-jobs.ts'

const ORDER: ExportOrder = {
  form: PLAIN_FORM.name,
  tenant: 'default',
  namespace: 'acme',
  fromMicros: 0,
  toMicros: 86_400_000_000,
  requester: { userId: 'u1', name: 'alice', tokenId: 't1', scopes: ['org:admin'] },
  requestBase: 'http://waybill.example',
}

const ALICE: Principal = {
  ...ORDER.requester,
  kind: 'user',
  tenant: 'default',
  roles: ['member'],
  grants: [],
}
const TOKEN: TokenInfo = { id: 't1', user: 'u1', scopes: ['org:admin'], createdAt: '' }

let requester: Principal | undefined
let tokens: readonly TokenInfo[]
let recorded: { readonly action: string; readonly message?: string }[]

type Stream = (filter: EventFilter) => AsyncIterable<readonly StoredEvent[]>

let directory: string
let records: MapRecordStore
let stream: Stream
let stop: AbortController
let running: Promise<void>
let server: CallbackServer

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-exports-'))
  records = new MapRecordStore()
  requester = ALICE
  tokens = [TOKEN]
  recorded = []
  stream = () => batches(2)
  stop = new AbortController()
  running = Promise.resolve()
  server = await startCallbackServer()
})

afterEach(async () => {
  stop.abort()
  await running
  await server.close()
  rmSync(directory, { recursive: true })
})

/** Batches of one event that belongs into the document and one that does not. */
async function* batches(count: number): AsyncIterable<readonly StoredEvent[]> {
  for (let seq = 0; seq < count; seq += 1) {
    const shown = eventOf({ message: `event ${seq}` })
    const hidden = eventOf({ action: 'blob.push', message: `hidden ${seq}` })
    yield [shown, hidden].map((event) => ({ event, origin: 'o', seq }))
  }
}

function open(): Promise<Exports> {
  return openExports({
    settings: { linkSeconds: 3600, allowedHosts: ['127.0.0.1'], mailFrom: 'w@example.com' },
    forms: [PLAIN_FORM],
    dataDirectory: directory,
    origin: 'o',
    records,
    events: { stream: (filter) => stream(filter) },
    checkpoints: undefined,
    clock: createClock(),
    linkKey: Buffer.alloc(32, 5),
    directory: { principal: () => requester, tokens: () => tokens },
    audit: {
      record: async (event) => {
        recorded.push(event)
      },
    },
  })
}

const SILENT = { info: () => undefined, warn: () => undefined }

async function start(): Promise<Exports> {
  const exports = await open()
  stop = new AbortController()
  running = exports.run(SILENT, stop.signal)
  return exports
}

const unannounced = async () => undefined

function finished({ desk }: Exports, id: string) {
  return eventually(
    async () => desk.jobs().find((job) => job.id === id),
    (job) => ['success', 'failed', 'canceled'].includes(job?.status ?? ''),
    { what: 'the export is finished' },
  )
}

function told({ desk }: Exports, id: string) {
  return eventually(
    async () => desk.jobs().find((job) => job.id === id)?.deliveries ?? [],
    (deliveries) => deliveries.every(({ status }) => status === 'delivered'),
    { what: 'the export is told' },
  )
}

function files(): readonly string[] {
  return readdirSync(join(directory, 'exports'))
}

test('an export is written whole, privately, and told with a link that opens it', async () => {
  const exports = await start()
  const announced: string[] = []
  const callbackUrl = `${server.url}/hook`
  const id = await exports.desk.accept({ ...ORDER, callbackUrl }, async (given) => {
    // Nothing is kept yet: what cannot be announced does not happen.
    expect(exports.desk.jobs()).toEqual([])
    announced.push(given)
  })
  expect(announced).toEqual([id])
  const job = await finished(exports, id)
  expect(job).toMatchObject({ status: 'success', entries: 2, runs: 1, hasFile: true })
  const path = join(directory, 'exports', job?.fileName ?? '')
  const text = readFileSync(path, 'utf8')
  expect(text).toBe(`begin ${id}\nevent 0\nevent 1\nend\n`)
  expect(job?.bytes).toBe(text.length)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await told(exports, id)
  expect(server.received).toHaveLength(1)
  const { url } = JSON.parse(server.received[0]?.body ?? '')
  const link = new URL(url)
  expect(link.origin).toBe('http://waybill.example')
  const name = link.pathname.slice('/files/'.length)
  const opened = await exports.desk.open(name, link.searchParams.get('token') ?? '')
  expect(opened).toMatchObject({ state: 'open', bytes: text.length })
  if (opened.state === 'open') opened.content.destroy()
  expect(await exports.desk.open(name, '')).toEqual({ state: 'missing' })
})

test('an export that cannot be announced is not begun', async () => {
  const exports = await start()
  const fault = new Fault('store.unavailable')
  const refused = exports.desk.accept(ORDER, () => Promise.reject(fault))
  await expect(refused).rejects.toBe(fault)
  expect(exports.desk.jobs()).toEqual([])
})

test('an export that a stop cuts off is done again from its beginning, and told once', async () => {
  let given = 0
  stream = async function* () {
    for await (const batch of batches(3)) {
      given += 1
      yield batch
      // The rest comes only once the export was begun again.
      if (given === 2)
        await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
    }
  }
  const first = await start()
  const callbackUrl = `${server.url}/hook`
  const id = await first.desk.accept({ ...ORDER, callbackUrl }, unannounced)
  await eventually(
    async () => first.desk.jobs()[0]?.entries,
    (entries) => entries === 2,
    { what: 'two entries are written' },
  )
  stop.abort()
  await running
  expect(files()).toEqual([])
  expect(server.received).toEqual([])

  const second = await start()
  expect(await finished(second, id)).toMatchObject({ status: 'success', entries: 3, runs: 1 })
  await told(second, id)
  stop.abort()
  await running

  // Nothing is told again by a later start.
  const third = await start()
  await finished(third, id)
  stop.abort()
  await running
  expect(server.received).toHaveLength(1)
})

test('what a killed process left is removed, and its export begun again', async () => {
  const first = await open()
  const id = await first.desk.accept(ORDER, unannounced)
  const [record] = [...records.records.values()].filter(({ kind }) => kind === 'export')
  await records.put({
    kind: 'export',
    id,
    body: { ...record?.body, status: 'running', runs: 1 },
  })
  const second = await start()
  const job = await finished(second, id)
  expect(job).toMatchObject({ status: 'success', runs: 2 })
  stop.abort()
  await running

  writeFileSync(join(directory, 'exports', 'unknown'), '')
  writeFileSync(join(directory, 'exports', `${job?.fileName}.part`), '')
  const third = await start()
  await eventually(
    async () => files(),
    (names) => names.length === 1,
    { what: 'leftovers are removed' },
  )
  expect(files()).toEqual([job?.fileName])
  expect(third.desk.jobs()).toHaveLength(1)
})

test('a store that is away, or loses a stream midway, is waited out', async () => {
  let runs = 0
  stream = async function* () {
    runs += 1
    yield* batches(1)
    if (runs === 1) throw new Fault('store.unavailable')
  }
  const exports = await start()
  const id = await exports.desk.accept(ORDER, unannounced)
  expect(await finished(exports, id)).toMatchObject({ status: 'success', entries: 1, runs: 2 })
})

test('events purged while they are exported leave a whole document of the rest', async () => {
  const kept = [0, 1, 2, 3]
  stream = async function* () {
    for (let batch = 0; batch < kept.length; batch += 1) {
      // The purge takes the end of what is still to come.
      if (batch === 1) kept.splice(2)
      yield* batches(1)
    }
  }
  const exports = await start()
  const id = await exports.desk.accept(ORDER, unannounced)
  const job = await finished(exports, id)
  const text = readFileSync(join(directory, 'exports', job?.fileName ?? ''), 'utf8')
  expect(text).toBe(`begin ${id}\nevent 0\nevent 0\nend\n`)
  expect(job).toMatchObject({ status: 'success', entries: 2 })
})

test('the next batch is asked for only when the one before is written', async () => {
  let asked = 0
  let written = 0
  stream = async function* () {
    for await (const batch of batches(20)) {
      asked += 1
      yield batch
      // The document is written in order, so nothing of this batch can be missing on the disk.
      const [name = ''] = files()
      written = readFileSync(join(directory, 'exports', name), 'utf8').split('event').length - 1
      expect(written).toBe(asked)
    }
  }
  const exports = await start()
  const id = await exports.desk.accept(ORDER, unannounced)
  expect(await finished(exports, id)).toMatchObject({ status: 'success', entries: 20 })
})

test('a user and a tenant with too many waiting exports are refused', async () => {
  const exports = await open()
  const asked = (userId: string) =>
    exports.desk.accept(
      { ...ORDER, requester: { ...ORDER.requester, userId, name: userId } },
      unannounced,
    )
  const refusal = { code: 'request.too-many' }
  for (let count = 0; count < USER_EXPORTS_WAITING_MAX; count += 1) await asked('one')
  await expect(asked('one')).rejects.toMatchObject(refusal)
  for (let count = USER_EXPORTS_WAITING_MAX; count < EXPORTS_WAITING_MAX; count += 1) {
    await asked('two')
  }
  await expect(asked('three')).rejects.toMatchObject(refusal)
  await exports.desk.accept({ ...ORDER, tenant: 'other' }, unannounced)
})

test('an instance runs only the exports that it was asked for', async () => {
  const exports = await open()
  await exports.desk.accept(ORDER, unannounced)
  for (const record of [...records.records.values()]) {
    if (record.kind === 'export')
      await records.put({ ...record, body: { ...record.body, origin: 'p' } })
  }
  expect((await open()).desk.jobs()).toEqual([])
})

const LOSSES: readonly (readonly [what: string, lose: () => void, reason: string])[] = [
  [
    'user was deleted',
    () => {
      requester = undefined
    },
    'its requester was deleted',
  ],
  [
    'right was taken away',
    () => {
      requester = { ...ALICE, roles: [] }
    },
    'its requester no longer has the right to it',
  ],
  [
    'user is of another tenant now',
    () => {
      requester = { ...ALICE, tenant: 'other' }
    },
    'its requester no longer has the right to it',
  ],
  [
    'token was revoked',
    () => {
      tokens = [{ ...TOKEN, revokedAt: '2026-01-01T00:00:00Z' }]
    },
    'its token was revoked',
  ],
  [
    'token was deleted',
    () => {
      tokens = []
    },
    'its token was revoked',
  ],
  [
    'token has expired',
    () => {
      tokens = [{ ...TOKEN, expiresAt: '2026-01-01T00:00:00Z' }]
    },
    'its token has expired',
  ],
]

test.each(LOSSES)('an export whose %s is not run', async (_what, lose, reason) => {
  lose()
  const exports = await start()
  const callbackUrl = `${server.url}/hook`
  const id = await exports.desk.accept({ ...ORDER, callbackUrl }, unannounced)
  const job = await finished(exports, id)
  expect(job).toMatchObject({ status: 'canceled', problem: reason, hasFile: false, runs: 0 })
  expect(job?.deliveries).toMatchObject([{ status: 'failed', attempts: 0, problem: reason }])
  expect(recorded).toMatchObject([{ action: 'export.cancel', details: { reason } }])
  expect(files()).toEqual([])
  expect(server.received).toEqual([])
})

test.each(LOSSES)('an export whose %s between two attempts is told no more', async (...given) => {
  const [, lose, reason] = given
  const receiver = await startCallbackServer((response) => void response.writeHead(500).end())
  const exports = await start()
  const callbackUrl = `${receiver.url}/hook`
  const id = await exports.desk.accept({ ...ORDER, callbackUrl }, unannounced)
  await eventually(
    async () => exports.desk.jobs()[0]?.deliveries[0]?.attempts,
    (attempts) => attempts === 1,
    { what: 'the first attempt failed' },
  )
  lose()
  const job = await eventually(
    async () => exports.desk.jobs().find((one) => one.id === id),
    (one) => one?.status === 'canceled',
    { what: 'the export is canceled' },
  )
  expect(job).toMatchObject({ problem: reason, hasFile: false })
  expect(job?.deliveries).toMatchObject([{ status: 'failed', problem: reason }])
  expect(receiver.received).toHaveLength(1)
  await eventually(
    async () => files(),
    (names) => names.length === 0,
    { what: 'its file is removed' },
  )
  expect(recorded).toMatchObject([{ action: 'export.cancel' }])
  await receiver.close()
})

test('the end of a session does not end the export that was asked for in it', async () => {
  tokens = []
  const exports = await start()
  const requester = { ...ORDER.requester, tokenId: 'session:1' }
  const id = await exports.desk.accept({ ...ORDER, requester }, unannounced)
  expect(await finished(exports, id)).toMatchObject({ status: 'success' })
})
