import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { runCommand } from '../support/command-line.ts'
import { eventually } from '../support/eventually.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const EVENTS = 600

let folder = ''
let data = ''
let waybill: WaybillProcess

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-at-rest-'))
  data = join(folder, 'data')
  waybill = await startWaybill({ dataDirectory: data })
  await send(EVENTS)
  const text = await eventually(
    async () => await (await waybill.request('/v1/ledger/checkpoint')).text(),
    (note) => Number(note.split('\n')[1]) >= EVENTS,
    { what: 'a checkpoint over everything' },
  )
  writeFileSync(join(folder, 'kept'), text)
})

afterAll(async () => {
  await waybill?.kill()
  rmSync(folder, { recursive: true, force: true })
})

async function send(count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, number) =>
    JSON.stringify({ action: 'image.push', actor: { name: 'alice' }, details: { number } }),
  )
  const answer = await waybill.request('/v1/events', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: lines.join('\n'),
  })
  expect(answer.status).toBe(201)
}

/** Every file of the directory and its content. */
function contents(): ReadonlyMap<string, string> {
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => {
        const path = join(file.parentPath, file.name)
        return [path, createHash('sha256').update(readFileSync(path)).digest('hex')]
      }),
  )
}

async function verify(...options: readonly string[]) {
  const { code, stdout, stderr } = await runCommand(waybill, ['verify', data, ...options])
  return { code, lines: stdout.trimEnd().split('\n'), stderr }
}

async function change(sql: string): Promise<void> {
  const engine = openChdb(data)
  await engine.command({ sql: `${sql} SETTINGS mutations_sync = 2` })
  await engine.close()
}

test('a directory that a server has open is refused', async () => {
  const { code, lines } = await verify()
  expect(code).toBe(13)
  expect(lines[0]).toMatch(/clickhouse is in use by process \d+: verify it through the server/)
})

test('a killed server left a whole ledger, and verification writes nothing into it', async () => {
  await send(5)
  await waybill.kill()
  const before = contents()
  const first = await verify('--save', join(folder, 'saved'))
  expect([first.code, first.lines.at(-1), first.stderr]).toEqual([0, 'unanchored', ''])
  const read = Number(first.lines.find((line) => line.endsWith('events read'))?.split(' ')[0])
  expect(read).toBeGreaterThanOrEqual(EVENTS + 5)
  const again = await verify('--checkpoint', join(folder, 'kept'))
  expect([again.code, again.lines.at(-1)]).toEqual([0, 'consistent'])
  expect(contents()).toEqual(before)
  expect(readdirSync(folder).filter((name) => name.includes('verifying'))).toEqual([])
  expect(existsSync(join(folder, 'saved'))).toBe(true)
})

test('a damaged journal cannot be read, and an altered and a removed event are named', async () => {
  const journal = join(data, 'ledger/journal/0000000001.journal')
  const bytes = readFileSync(journal)
  writeFileSync(journal, Buffer.concat([Buffer.alloc(100), bytes.subarray(100)]))
  const unread = await verify()
  expect([unread.code, unread.lines.at(-1)]).toEqual([13, 'unreadable'])
  expect(unread.lines[0]).toContain(journal)
  writeFileSync(journal, bytes)
  const origin = readFileSync(join(data, 'origin'), 'utf8').trim()
  await change("ALTER TABLE events UPDATE actor = concat('x', actor) WHERE seq = 300")
  const altered = await verify()
  expect([altered.code, altered.lines[0]]).toEqual([11, `event 300 of ${origin} was altered`])
  await change('ALTER TABLE events DELETE WHERE seq = 299')
  const missing = await verify('--checkpoint', join(folder, 'kept'))
  expect([missing.code, missing.lines[0]]).toEqual([12, `event 299 of ${origin} is missing`])
})
