import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actionsOf, sendAndFind } from '../support/event-round-trip.ts'
import { startWaybill } from '../support/waybill-process.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline']

const folder = mkdtempSync(join(tmpdir(), 'waybill-package-'))

async function npm(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', args, { cwd: folder })
  return stdout
}

beforeAll(async () => {
  // The tests run on a build already, so packing does not make another one.
  await npm('pack', ROOT, '--ignore-scripts')
  const [tarball = ''] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  await npm('install', ...QUIET, `./${tarball}`)
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the package installed into an empty folder serves, and keeps what it was sent', async () => {
  const options = {
    cwd: folder,
    dataDirectory: join(folder, 'data'),
    isGroup: true,
  }
  const first = await startWaybill({ ...options, command: ['npx', '--no', 'waybill'] })
  await sendAndFind(first.request, 'alice')
  await first.stop()
  const second = await first.restart()
  expect(await actionsOf(second.request, 'alice')).toEqual(['image.push'])
  await second.stop()
})

test('the package holds the program and its documents, and no tests or sources', () => {
  const installed = join(folder, 'node_modules', 'waybill')
  expect(readdirSync(installed).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'package.json',
  ])
  expect(existsSync(join(installed, 'dist/schema/001-events.sql'))).toBe(true)
  expect(existsSync(join(installed, 'dist/console/index.html'))).toBe(true)
})
