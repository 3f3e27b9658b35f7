import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonOf, startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const ALL_TIME = 'starttime=1970-01-01&endtime=2099-12-31'
const folder = mkdtempSync(join(tmpdir(), 'waybill-archives-'))
const name = 'archived'

let waybill: WaybillProcess
beforeAll(async () => {
  waybill = await startWaybill()
})
afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

interface Outcome {
  readonly code: unknown
  readonly stdout: string
  readonly stderr: string
}

function run(argv: readonly string[]): Promise<Outcome> {
  const env = {
    PATH: process.env['PATH'],
    WAYBILL_SERVER: waybill.url,
    WAYBILL_TOKEN: waybill.adminToken,
  }
  const command = [PROGRAM, 'import', 'quay', '--name', name, ...argv]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })
}

test('a damaged archive costs itself, and numbers are answered as they were stored', async () => {
  const row = (tag: number, metadata: string) =>
    `{"kind_id": 1, "account_id": 1, "performer_id": null, "repository_id": null, "datetime": ` +
    `"2024-06-18 00:00:0${tag}", "ip": "None", "metadata_json": ${metadata}}`
  const python = `[${row(1, '{"a": NaN}')}, ${row(2, '{"n": 12345678901234567890}')}, null]`
  const damaged = gzipSync(`[${row(3, '{"b": 1.0}')}, ${row(4, '{}')}]`)
  damaged.fill(0, damaged.length - 8)
  const files = [
    ['1-3-logentry.txt.gz', gzipSync(python)],
    ['1-4-logentry2.txt.gz', damaged],
    ['1-9-logentry3.txt.gz', gzipSync(`[${row(5, '{"c": -0.0}')}]`)],
  ] as const
  const names = join(folder, 'python-names.json')
  writeFileSync(names, JSON.stringify({ kinds: { 1: 'pull_repo' }, users: { 1: 'python' } }))
  const paths = files.map(([file, bytes]) => {
    writeFileSync(join(folder, file), bytes)
    return join(folder, file)
  })
  const { code, stdout, stderr } = await run(['--names', names, '--archive', ...paths])
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^stored 7 events, /)])
  expect(stderr).toContain('1 event: not a log row')
  expect(stderr).toContain(
    `${paths[1]}: row 3: its compressed data is damaged; the 2 rows before it`,
  )
  const answer = await waybill.request(`/api/v1/organization/python/logs?${ALL_TIME}`)
  const page = await answer.text()
  const expected = [
    '{"c": -0.0}',
    '{}',
    '{"b": 1.0}',
    '{"n": 12345678901234567890}',
    '{"a": "NaN"}',
  ]
  expect([...page.matchAll(/"metadata":(\{[^}]*\})/g)].map(([, text]) => text)).toEqual(expected)
  const gaps = await jsonOf<{ events: { target: object }[] }>(
    waybill.request(`/v1/events?action=collector.gap&source=quay/${name}`),
  )
  expect(gaps.events).toMatchObject([{ target: { name: '1-4-logentry2.txt.gz' } }])
})
