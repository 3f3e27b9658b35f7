import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { STOP_MS_MAX } from '../../src/server/http/limits.ts'

const UNIT = readFileSync(new URL('../../packaging/waybill.service', import.meta.url), 'utf8')
/** Of systemd's scale from 0 to 10, in tenths: more is less restricted. */
const EXPOSURE_MAX = 20

/** The settings of the unit, the last value of each. */
const settings = new Map(
  UNIT.split('\n')
    .filter((line) => /^[A-Z][A-Za-z]+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
)

test('the unit restricts the server to its state directory, and lets V8 make code', () => {
  expect(Object.fromEntries(settings)).toMatchObject({
    DynamicUser: 'yes',
    StateDirectory: 'waybill',
    ProtectSystem: 'strict',
    NoNewPrivileges: 'yes',
    CapabilityBoundingSet: '',
    MemoryDenyWriteExecute: 'no',
    Restart: 'on-failure',
  })
  expect(settings.get('ReadWritePaths')).toBeUndefined()
})

test('the unit waits longer for the end than the server finishes requests', () => {
  expect(Number(settings.get('TimeoutStopSec'))).toBeGreaterThan(STOP_MS_MAX / 1000)
})

test.runIf(hasSystemd())('systemd accepts the unit, and finds little exposed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-unit-'))
  const path = join(folder, 'waybill.service')
  // Verifying looks for the program, which may be elsewhere on this machine.
  writeFileSync(path, UNIT.replace('/usr/bin/node', process.execPath))
  expect(analyze('verify', path)).toBe('')
  const security = analyze('security', '--offline=true', `--threshold=${EXPOSURE_MAX}`, path)
  expect(security).toContain('Overall exposure level')
  rmSync(folder, { recursive: true })
})

function hasSystemd(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'])
    return true
  } catch {
    return false
  }
}

/** Output and errors of systemd-analyze; an exit status other than 0 fails. */
function analyze(...args: readonly string[]): string {
  return execFileSync('sh', ['-c', 'systemd-analyze --no-pager "$@" 2>&1', 'sh', ...args], {
    encoding: 'utf8',
  })
}
