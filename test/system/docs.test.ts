import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
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
const PROGRAM = join(ROOT, 'bin/waybill.js')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
/** Printed between the blocks, to tell their output apart. */
const SEPARATOR = '=====next block====='
/** An image on the internet; the test pushes one of its own in place of it. */
const UPSTREAM_IMAGE = 'docker://docker.io/library/alpine:latest'

const folder = mkdtempSync(join(tmpdir(), 'waybill-tour-'))
let waybill: WaybillProcess

beforeAll(async () => {
  requireCommands('docker-registry', 'skopeo', 'curl')
  waybill = await startWaybill({ dataDirectory: join(folder, 'tour-data') })
})
afterAll(async () => {
  await waybill.stop()
  rmSync(folder, { recursive: true })
})

/** The blocks of a document that are fenced as `sh NAME`, in order. */
function blocksOf(document: string, name: string): readonly string[] {
  const blocks = [...document.matchAll(/^```sh (\w+)\n(.*?)^```$/gms)]
  return blocks.flatMap(([, of, text]) => (of === name && text !== undefined ? [text] : []))
}

/** Runs blocks as one shell in the folder of the tour, with the server's address in place. */
async function runBlocks(
  blocks: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const script = `set -eu -o pipefail\nwaybill() { node ${PROGRAM} "$@"; }\n${blocks.join('\n')}`
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
  })
  return stdout
}

/** Replaces a text that has to be there: a tour that no longer says it would test nothing. */
function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the tour does not say ${from}`)
  return text.replaceAll(from, to)
}

/** Runs the tour as one shell, as a reader would, but on free ports and with an image of ours. */
async function runTour(): Promise<readonly string[]> {
  for (const name of ['bin', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name))
  const image = writeOciImage(join(folder, 'image'), 'tour')
  let script = blocksOf(README, 'tour').join(`echo '${SEPARATOR}'\n`)
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
  const [status, search, quay, registry, everything, verified] = await runTour()
  expect(status).toMatch(/^version .*\n.*\norigin .*\nledger +4 events/)
  expect(search).toContain('stored 1 event\nstored 2 events\n')
  expect(search).toMatch(/image\.pull +mallory +denied +203\.0\.113\.9 +team\/app:1\.0/)
  expect(search).toMatch(/image\.push +alice +success +10\.0\.0\.5 +team\/app:1\.0/)
  expect(search).toMatch(/^\{.*"outcome":"denied".*\}$/m)
  expect(quay).toMatch(/"kind": ?"push_repo"/)
  expect(quay).toMatch(/"aggregated": ?\[\{/)
  expect(registry).toMatch(/image\.push .* team\/alpine:1\n$/)
  expect(everything).toMatch(/^ledger +\d+ events/m)
  expect(verified).toMatch(/^unanchored$/m)
  expect(verified).toMatch(/consistent\n$/)
  const csv = readFileSync(join(folder, 'team.csv'), 'utf8')
  expect(csv.trim().split('\n').length).toBeGreaterThan(4)
  expect(readFileSync(join(folder, 'everything.parquet')).subarray(0, 4).toString()).toBe('PAR1')
})

test('the root is recomputed from an export as it is written', async () => {
  const document = readFileSync(join(ROOT, 'docs/how-it-works/ledger.md'), 'utf8')
  const environment = { WAYBILL_SERVER: waybill.url, WAYBILL_DATA: waybill.dataDirectory }
  const [block = ''] = blocksOf(document, 'proof')
  expect(await runBlocks([block], environment)).toMatch(/^\d+ events give the root$/m)
  const forged = `sed -i '3s/"outcome":"success"/"outcome":"failure"/' events.ndjson\nnode root.mjs`
  expect(await runBlocks([forged], environment)).toContain('the events were changed')
})

test('an auditor can do what the document about evidence says', async () => {
  const document = readFileSync(join(ROOT, 'docs/evidence.md'), 'utf8')
  const blocks = blocksOf(document, 'evidence').map((block) =>
    block.replaceAll('http://127.0.0.1:7480', waybill.url),
  )
  const environment = {
    ...{ WAYBILL_SERVER: waybill.url, WAYBILL_TOKEN: waybill.adminToken },
  }
  const printed = await runBlocks(blocks, environment)
  expect(printed.match(/^(?:unanchored|consistent)$/gm)).toEqual([
    ...['unanchored', 'consistent', 'unanchored', 'unanchored'],
  ])
  const forged = `sed -i '1s/"team"/"tean"/' evidence/events.ndjson
    code=0; waybill verify ./evidence --key ledger.vkey || code=$?; echo "exit $code"`
  expect(await runBlocks([forged], environment)).toMatch(/event \d+ .* was altered[\s\S]*exit 11/)
})

test('the commands about users and tokens work as they are written', async () => {
  const document = readFileSync(join(ROOT, 'docs/access.md'), 'utf8')
  const blocks = blocksOf(document, 'tour').map((block) =>
    block.replaceAll('http://127.0.0.1:7480', waybill.url),
  )
  const printed = await runBlocks(blocks, {
    WAYBILL_SERVER: waybill.url,
    WAYBILL_DATA: waybill.dataDirectory,
  })
  expect(printed).toMatch(/carol .*team-a[\s\S]*carol .*team-b/)
  expect(printed).toContain('{"accepted":0,"duplicates":0,"deadLetters":0,"skipped":0}')
  expect(printed).toContain('the token is for the source distribution/reg1 alone')
})

test('the event that the tour changes in the store is named, and no other', async () => {
  await waybill.stop()
  const [change = ''] = blocksOf(README, 'change')
  await runBlocks([replaced(change, './data/', `${waybill.dataDirectory}/`)], {})
  waybill = await waybill.restart()
  const [found = ''] = blocksOf(README, 'found')
  const environment = { WAYBILL_SERVER: waybill.url, WAYBILL_DATA: waybill.dataDirectory }
  const printed = await runBlocks([`(${found}) || echo "exit $?"`], environment)
  expect(printed).toMatch(/image\.pull +alice +denied +203\.0\.113\.9 +team\/app:1\.0/)
  expect(printed.match(/^event .*$/gm)).toEqual([
    expect.stringMatching(/^event \d+ of .* altered$/),
  ])
  expect(printed).toMatch(/^altered\nexit 11\n$/m)
})

test('a lost secret key and a lost token are recovered as it is written', async () => {
  const document = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8')
  const dataDirectory = join(folder, 'data')
  const before = await startWaybill({ dataDirectory })
  const reader = { name: 'reader', roles: ['auditor'] }
  const headers = { 'Content-Type': 'application/json' }
  const posted = { method: 'POST', headers, body: JSON.stringify(reader) }
  expect((await before.request('/v1/users', posted)).status).toBe(201)
  await before.stop()
  rmSync(join(dataDirectory, 'secret-key'))
  rmSync(join(dataDirectory, 'admin-token'))
  await expect(startWaybill({ dataDirectory })).rejects.toThrow('recover --secret-key')
  await runBlocks(blocksOf(document, 'recovery'), {})
  const after = await startWaybill({ dataDirectory })
  expect(after.adminToken).not.toBe(before.adminToken)
  const old = { headers: { Authorization: `Bearer ${before.adminToken}` } }
  expect((await after.request('/v1/users', old)).status).toBe(401)
  expect(await (await after.request('/v1/users')).text()).toContain('"reader"')
  await after.stop()
})

test('the README begins with the commands that have to work on a fresh clone', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(README).toMatch(/^ {4}npm ci && npm start$/m)
  expect(README).toMatch(/^ {4}npm ci && npm test$/m)
  expect(scripts).toMatchObject({ start: 'node bin/waybill.js serve', prepare: 'npm run build' })
})
