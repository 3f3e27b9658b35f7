import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WaybillProcess } from './waybill-process.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))

/** What a command that has ended left behind. */
interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts a command of the built program that asks `waybill`. */
export function startCommand(
  waybill: Pick<WaybillProcess, 'url' | 'dataDirectory'>,
  argv: readonly string[],
) {
  const env = {
    PATH: process.env['PATH'],
    WAYBILL_SERVER: waybill.url,
    WAYBILL_DATA: waybill.dataDirectory,
  }
  const child = spawn(process.execPath, [PROGRAM, ...argv], { env })
  return { child, ...outputOf(child) }
}

/** Runs a command of the built program to its end. */
export async function runCommand(
  waybill: WaybillProcess,
  argv: readonly string[],
  input = '',
): Promise<CommandOutcome> {
  const { child, stdout, stderr } = startCommand(waybill, argv)
  child.stdin.end(input)
  await once(child, 'close')
  return { code: child.exitCode, stdout: stdout(), stderr: stderr() }
}

function outputOf(child: ChildProcess) {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  return { stdout: () => stdout, stderr: () => stderr }
}
