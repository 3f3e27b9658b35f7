import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { sendAndFind } from '../support/event-round-trip.ts'
import { startWaybill } from '../support/waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline']

const folder = mkdtempSync(join(tmpdir(), 'waybill-node-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Installs the newest Node of a major version from its npm package; answers the binary's path. */
async function installNode(major: number): Promise<string> {
  const home = mkdtempSync(join(folder, 'install-'))
  writeFileSync(
    join(home, 'package.json'),
    // The package's script links the binary of this platform.
    JSON.stringify({ private: true, allowScripts: { node: true } }),
  )
  await promisify(execFile)('npm', ['install', ...QUIET, `node@${major}`], { cwd: home })
  return join(home, 'node_modules', 'node', 'bin', 'node')
}

test.each([22, 24])('the built program with its engine runs on Node %i', async (major) => {
  const node = await installNode(major)
  const { stdout: version } = await promisify(execFile)(node, ['--version'])
  expect(version).toMatch(new RegExp(`^v${major}\\.`))
  const waybill = await startWaybill({ command: [node, PROGRAM] })
  await sendAndFind(waybill.request, 'alice')
  expect(await waybill.stop()).toBe(0)
})
