import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { withAppendFront } from '../support/append-front.ts'
import { type QuayDatabaseServer, startQuayDatabase } from '../support/quay-database.ts'
import {
  archivedRow,
  DELETED_ID,
  generateRows,
  insertNames,
  insertRows,
  LARGE_METADATA,
  namesFile,
  quayEntry,
  type StoredRow,
  UNREADABLE_METADATA,
} from '../support/quay-log-rows.ts'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const ALL_TIME = 'starttime=1970-01-01&endtime=2099-12-31'
const folder = mkdtempSync(join(tmpdir(), 'waybill-import-'))

let quay: QuayDatabaseServer
let waybill: WaybillProcess

/** One server for all tests: each imports a Quay of another name. */
let name: string

beforeAll(async () => {
  ;[quay, waybill] = await Promise.all([startQuayDatabase(), startWaybill()])
  await insertNames(quay.client())
})
afterAll(async () => {
  await Promise.all([quay.stop(), waybill.stop()])
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  name = `quay-${randomUUID()}`
  await quay.client().query('TRUNCATE logentry, logentry2, logentry3')
})

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [PROGRAM, 'import', 'quay', '--name', name, ...argv], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      WAYBILL_SERVER: waybill.url,
      WAYBILL_TOKEN: waybill.adminToken,
      ...environment,
    },
  })
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  await once(child, 'close')
  return { code: child.exitCode, stdout, stderr }
}

function run(argv: readonly string[], environment = {}): Promise<Outcome> {
  return outcomeOf(start(argv, environment))
}

async function storedCount(): Promise<number> {
  const { count } = await jsonOf<{ count: number }>(
    waybill.request(`/v1/events/count?source=quay/${name}`),
  )
  return count
}

interface StoredEvent {
  readonly time: string
  readonly action: string
  readonly source: { readonly eventId: string }
  readonly actor: unknown
  readonly target?: { readonly id?: string; readonly namespace?: string }
  readonly details?: { readonly [key: string]: unknown }
}

async function storedEvents(): Promise<readonly StoredEvent[]> {
  const answer = await waybill.request(`/v1/events/export?source=quay/${name}`)
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line))
}

/** Every entry of a log, page by page. */
async function walk(path: string): Promise<readonly { datetime: string }[]> {
  const entries: { datetime: string }[] = []
  let nextPage: string | undefined = ''
  do {
    const page: { logs: { datetime: string }[]; next_page?: string } = await jsonOf(
      waybill.request(`/api/v1/${path}/logs?${ALL_TIME}&next_page=${encodeURIComponent(nextPage)}`),
    )
    entries.push(...page.logs)
    nextPage = page.next_page
  } while (nextPage !== undefined)
  return entries
}

/** As JSON texts: neither the order of a text's keys nor that of equal times is defined. */
function inAnyOrder(entries: readonly object[]): readonly string[] {
  return entries.map((entry) => JSON.stringify(sortedKeys(entry))).sort()
}

function sortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortedKeys)
  const sorted = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, member]) => [key, sortedKeys(member)]))
}

async function fillDatabase(count: number): Promise<void> {
  await quay.client().query(
    `INSERT INTO logentry3 (kind_id, account_id, performer_id, datetime, ip, metadata_json)
     SELECT 40, 1, 7, timestamp '2024-06-18' + n * interval '1 second', '10.0.0.9',
       '{"repo": "app", "tag": "' || n || '"}' FROM generate_series(1, $1::integer) AS n`,
    [count],
  )
}

/** Does something to an import while its second append is on the way. */
function atSecondAppend(act: (child: ChildProcess) => Promise<unknown>): Promise<Outcome> {
  let child: ChildProcess | undefined
  const decide = async (append: number) => {
    if (append === 2 && child !== undefined) await act(child)
    return undefined
  }
  return withAppendFront(waybill.url, decide, (url) => {
    child = start(['--database', quay.url], { WAYBILL_SERVER: url })
    return outcomeOf(child)
  })
}

test('an imported Quay answers the entries that the Quay itself answered', async () => {
  const rows = generateRows()
  await insertRows(quay.client(), rows)
  expect(await run(['--database', quay.url])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^stored ${rows.length} events, `)),
    stderr: '',
  })
  const acme = rows.filter(({ accountId }) => accountId === 1)
  const shown = await walk('organization/acme')
  expect(inAnyOrder(shown)).toEqual(inAnyOrder(acme.map(quayEntry)))
  const newestFirst = shown.map(({ datetime }) => Date.parse(datetime))
  expect(newestFirst).toEqual(newestFirst.toSorted((left, right) => right - left))
  const umbrella = rows.filter(({ accountId }) => accountId === 2)
  expect(inAnyOrder(await walk('organization/umbrella'))).toEqual(
    inAnyOrder(umbrella.map(quayEntry)),
  )
})

test('an import that is killed half way and run again stores every row once', async () => {
  const count = 6000
  await fillDatabase(count)
  await atSecondAppend(async (child) => child.kill('SIGKILL'))
  // What was on its way may have been stored, or not.
  expect([2000, 4000]).toContain(await storedCount())
  expect(await run(['--database', quay.url])).toMatchObject({ code: 0, stderr: '' })
  expect(await storedCount()).toBe(count)
  const ids = new Set((await storedEvents()).map(({ source }) => source.eventId))
  expect(ids.size).toBe(count)
})

test('another run adds what is new, and a shifted range nothing twice', async () => {
  await fillDatabase(1500)
  await run(['--database', quay.url, '--until', '2024-06-18'])
  expect(await storedCount()).toBe(0)
  await run(['--database', quay.url])
  await fillDatabase(500)
  expect((await run(['--database', quay.url])).stdout).toMatch(/^stored 500 events \(/)
  const since = await run(['--database', quay.url, '--since', '2024-06-18'])
  expect(since.stdout).toMatch(/^stored 0 events \(2,000 duplicates skipped\)/)
  expect(await storedCount()).toBe(2000)
})

test('times are kept to the microsecond, and ids of what was deleted', async () => {
  const [, gone] = generateRows().filter(
    ({ accountId, performerId }) => accountId === DELETED_ID || performerId === DELETED_ID,
  )
  const [orphan] = generateRows().filter(({ performerId }) => performerId === DELETED_ID)
  if (gone === undefined || orphan === undefined) throw new Error('no such rows')
  await insertRows(quay.client(), [gone, { ...orphan, datetime: '2024-06-18 18:59:13.000001' }])
  expect(await run(['--database', quay.url])).toMatchObject({ code: 0 })
  expect(await storedEvents()).toEqual([
    expect.objectContaining({
      source: { kind: 'quay', name, eventId: `logentry3:${gone.id}` },
      target: expect.objectContaining({ id: String(DELETED_ID) }),
    }),
    expect.objectContaining({
      time: '2024-06-18T18:59:13.000001Z',
      actor: { id: String(DELETED_ID), kind: 'anonymous' },
    }),
  ])
})

test('what no event can hold is kept as text or as a dead letter, and counted', async () => {
  const [row] = generateRows()
  if (row === undefined) throw new Error('no row')
  const texts = [...UNREADABLE_METADATA, ...LARGE_METADATA]
  const odd = texts.map((metadata, index) => ({ ...row, id: index + 1, metadata }))
  const timeless = { ...row, id: 100, datetime: 'infinity' }
  const addressless = { ...row, id: 101, ip: 'not an address' }
  await insertRows(quay.client(), [...odd, timeless, addressless])
  expect(await run(['--database', quay.url])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^stored 9 events, /),
    stderr:
      '5 events: metadata kept as text (details.json), since an event cannot hold it\n' +
      '2 events: only the beginning of the metadata kept, since it is too large for an event\n' +
      '1 event: unreadable time (details.asSent) replaced with the time of the import\n' +
      '1 event: address is not an IP address; kept in details.asSent\n',
  })
  const events = await storedEvents()
  const kept = events.flatMap(({ details }) => details?.['json'] ?? [])
  expect(kept).toEqual(expect.arrayContaining([...UNREADABLE_METADATA]))
  for (const metadata of LARGE_METADATA) {
    const part = events.find(({ details }) => details?.['bytes'] === metadata.length)
    expect(metadata.startsWith(String(part?.details?.['json']))).toBe(true)
    expect(String(part?.details?.['json']).length).toBeGreaterThan(50_000)
  }
  const sent = events.flatMap(({ details }) => details?.['asSent'] ?? [])
  expect(sent).toEqual([{ '/client/ip': 'not an address' }, { '/time': 'infinity' }])
})

test('a server that is busy or out of disk is waited for', async () => {
  await fillDatabase(100)
  const answers = [429, 503]
  const { code, stdout, stderr } = await withAppendFront(
    waybill.url,
    (append) => answers[append - 1],
    (url) => run(['--database', quay.url], { WAYBILL_SERVER: url }),
  )
  expect(stderr.match(/trying again in/g)).toHaveLength(2)
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^stored 100 /) })
  expect(await storedCount()).toBe(100)
})

test('Ctrl-C says how to go on, and the same command does', async () => {
  await fillDatabase(6000)
  const { code, stderr } = await atSecondAppend(async (child) => {
    child.kill('SIGINT')
    await once(child, 'exit')
  })
  expect(code).toBe(130)
  expect(stderr).toMatch(/hint: 2,000 events are stored; run the same command again to continue\n$/)
  await run(['--database', quay.url])
  expect(await storedCount()).toBe(6000)
})

test('a connection that is lost half way is opened again', async () => {
  await fillDatabase(6000)
  const { code, stderr } = await atSecondAppend(async () => {
    expect(await quay.cutConnections()).toBe(1)
  })
  expect(stderr).toMatch(/^127\.0\.0\.1:\d+\/quay: .+; trying again in 0\.5 s\n$/)
  expect(code).toBe(0)
  expect(await storedCount()).toBe(6000)
})

test.each([
  [
    'a wrong password',
    () => quay.url.replace(/:[^:@]*@/, ':wrong&secret@'),
    /wrong user name or password/,
  ],
  ['a database of something else', () => quay.strangeUrl, /has no table logentry3, logentrykind/],
  ['a closed port', () => 'postgres://quay:wrong&secret@127.0.0.1:1/quay', /connection refused/],
  [
    'another protocol',
    () => 'mysql://quay:wrong&secret@127.0.0.1/quay',
    /a database URL such as postgres:/,
  ],
])('%s ends the import with a clear word, without a password', async (_name, url, word) => {
  const { code, stdout, stderr } = await run(['--database', url()])
  expect(code).toBeGreaterThan(0)
  expect(stdout).toBe('')
  expect(stderr).toMatch(word)
  expect(stderr).not.toContain('secret')
  expect(stderr).not.toContain(quay.password)
})

/** Writes rows as Quay's log rotation does, and answers the file. */
function archive(rows: readonly StoredRow[], fileName?: string): string {
  const [first] = rows
  if (first === undefined) throw new Error('nothing to archive')
  const lastId = Math.max(...rows.map(({ id }) => id))
  const file = join(folder, fileName ?? `${first.id}-${lastId}-${first.table}.txt.gz`)
  writeFileSync(file, gzipSync(JSON.stringify(rows.map(archivedRow))))
  return file
}

test('archives answer the entries that the Quay answered before it rotated them', async () => {
  const rows = generateRows()
  const files = (['logentry', 'logentry2', 'logentry3'] as const).map((table) =>
    archive(rows.filter((row) => row.table === table)),
  )
  const names = join(folder, 'names.json')
  writeFileSync(names, JSON.stringify(namesFile({ acme: 'archived' })))
  const command = ['--names', names, '--archive', ...files.toReversed()]
  expect(await run(command)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`^stored ${rows.length} events, `)),
    stderr: '',
  })
  const acme = rows.filter(({ accountId }) => accountId === 1)
  expect(inAnyOrder(await walk('organization/archived'))).toEqual(inAnyOrder(acme.map(quayEntry)))
  expect((await run(command)).stdout).toBe('nothing new to import\n')
  // The names may come from the Quay as well, and the files one by one.
  const [file = ''] = files
  const again = await run(['--database', quay.url, '--archive', file])
  expect(again.stdout).toMatch(/^stored 0 events \(146 duplicates skipped\)/)
})

test('rows that were imported from the database are not taken from an archive again', async () => {
  await fillDatabase(3000)
  expect((await run(['--database', quay.url])).stdout).toMatch(/^stored 3,000 events/)
  const { rows } = await quay.client().query<{ id: string; datetime: string; metadata: string }>(
    `SELECT id, to_char(datetime, 'YYYY-MM-DD HH24:MI:SS.US') AS datetime,
       metadata_json AS metadata FROM logentry3 ORDER BY id`,
  )
  const stored = rows.map(({ id, datetime, metadata }) => ({
    ...{ table: 'logentry3' as const, kindId: 40, accountId: 1, performerId: 7 },
    ...{ repositoryId: null, ip: '10.0.0.9', id: Number(id), datetime, metadata },
  }))
  const last = stored.at(-1)
  if (last === undefined) throw new Error('no rows')
  const later = Array.from({ length: 10 }, (_, index) => ({ ...last, id: last.id + 1 + index }))
  const first = archive(stored.slice(0, 1500))
  const second = archive([...stored.slice(1500), ...later])
  const { stdout } = await run(['--database', quay.url, '--archive', first, second])
  expect(stdout).toMatch(/^stored 10 events, 3,000 rows skipped by date or imported before/)
})

test('a broken archive is named with its row, and the rows before it stay', async () => {
  const rows = generateRows()
  const whole = gzipSync(JSON.stringify(rows.map(archivedRow)))
  const cutFile = join(folder, '1-9999-logentry3.txt.gz')
  writeFileSync(cutFile, whole.subarray(0, whole.length / 2))
  const cut = await run(['--database', quay.url, '--archive', cutFile])
  expect(cut.code).toBe(1)
  expect(cut.stderr).toMatch(
    /1-9999-logentry3\.txt\.gz: row \d+: the file is truncated; the \d+ rows before it are stored/,
  )
  expect(cut.stderr).toContain('hint: everything else is stored; replace each damaged file')
  // The event that says so is one of them.
  const stored = (await storedCount()) - 1
  expect(stored).toBeGreaterThan(10)
  writeFileSync(cutFile, whole)
  const mended = await run(['--database', quay.url, '--archive', cutFile])
  expect(mended.stdout).toMatch(
    new RegExp(`^stored ${rows.length - stored} events \\(${stored} duplicates skipped\\)`),
  )
  const strange = join(folder, 'holiday.jpg')
  writeFileSync(strange, Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]))
  const refused = await run(['--database', quay.url, '--archive', strange])
  expect(refused.stderr).toContain(`${strange}: row 1: not an archive: neither gzip nor`)
})
