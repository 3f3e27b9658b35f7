import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireCommands } from '../support/commands.ts'
import { freePort } from '../support/free-port.ts'
import { writeOciImage } from '../support/oci-image.ts'
import { startWaybill, type WaybillProcess } from '../support/waybill-process.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
/** Printed between the blocks, to tell their output apart. */
const SEPARATOR = '=====next block====='
/** An image on the internet; the test pushes one of its own in place of it. */
const UPSTREAM_IMAGE = 'docker://docker.io/library/alpine:latest'

const folder = mkdtempSync(join(tmpdir(), 'waybill-tour-'))
let waybill: WaybillProcess

beforeAll(async () => {
  requireCommands('docker-registry', 'skopeo', 'curl')
  waybill = await startWaybill()
})
afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

/** The blocks of the README that are fenced as `sh tour`, in order. */
function tourBlocks(): readonly string[] {
  return [...README.matchAll(/^```sh tour\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
}

/** Replaces a text that has to be there: a tour that no longer says it would test nothing. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the tour does not say ${from}`)
  return text.replaceAll(from, to)
}

/** Runs the tour as one shell, as a reader would, but on free ports and with an image of ours. */
async function runTour(): Promise<readonly string[]> {
  symlinkSync(join(ROOT, 'bin'), join(folder, 'bin'))
  const image = writeOciImage(join(folder, 'image'), 'tour')
  let script = tourBlocks().join(`echo '${SEPARATOR}'\n`)
  script = replaced(script, 'http://127.0.0.1:7480', waybill.url)
  script = replaced(script, '127.0.0.1:5001', `127.0.0.1:${await freePort()}`)
  script = replaced(script, UPSTREAM_IMAGE, `oci:${image.path}`)
  script = replaced(script, 'skopeo copy', 'skopeo --insecure-policy copy')
  const guarded = `set -eu -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${script}`
  const { stdout } = await promisify(execFile)('bash', ['-c', guarded], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      WAYBILL_SERVER: waybill.url,
      WAYBILL_DATA: waybill.dataDirectory,
    },
  })
  return stdout.split(`${SEPARATOR}\n`)
}

test('every line of the tour works as it is written', async () => {
  const [status, search, quay, registry, everything] = await runTour()
  expect(status).toMatch(/^version .*\n.*\norigin .*\nledger +\d+ events/)
  expect(search).toContain('stored 1 event\nstored 2 events\n')
  expect(search).toMatch(/image\.pull +mallory +denied +203\.0\.113\.9 +team\/app:1\.0/)
  expect(search).toMatch(/image\.push +alice +success +10\.0\.0\.5 +team\/app:1\.0/)
  expect(search).toMatch(/^\{.*"outcome":"denied".*\}$/m)
  expect(quay).toMatch(/"kind": ?"push_repo"/)
  expect(quay).toMatch(/"aggregated": ?\[\{/)
  expect(registry).toMatch(/image\.push .* team\/alpine:1\n$/)
  expect(everything).toMatch(/^ledger +\d+ events/m)
  const csv = readFileSync(join(folder, 'team.csv'), 'utf8')
  expect(csv.trim().split('\n').length).toBeGreaterThan(4)
  expect(readFileSync(join(folder, 'everything.parquet')).subarray(0, 4).toString()).toBe('PAR1')
})

test('the README begins with the commands that have to work on a fresh clone', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(README).toMatch(/^ {4}npm ci && npm start$/m)
  expect(README).toMatch(/^ {4}npm ci && npm test$/m)
  expect(scripts).toMatchObject({ start: 'node bin/waybill.js serve', prepare: 'npm run build' })
})

test('every code path that the documents name is there', () => {
  const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].map((name) =>
    readFileSync(join(ROOT, name), 'utf8'),
  )
  const named = documents.flatMap((text) =>
    [...text.matchAll(/`((?:\w+\/)+[\w./-]*)`/g)].map((match) => match[1] ?? ''),
  )
  const tops = [...readdirSync(ROOT), ...readdirSync(join(ROOT, 'src'))]
  const paths = named.filter((path) => tops.includes(path.split('/')[0] ?? ''))
  const missing = paths.filter(
    (path) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, 'src', path)),
  )
  expect(paths.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})
