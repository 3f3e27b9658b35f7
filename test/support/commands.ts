import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** Longest time that one command of a test may take, in milliseconds. */
const COMMAND_MS_MAX = 60_000

/** Fails, saying how to get them, when a program that a test needs from Debian is not installed. */
export function requireCommands(...names: readonly string[]): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const missing = names.filter((name) => !folders.some((folder) => isProgram(join(folder, name))))
  if (missing.length === 0) return
  throw new Error(
    `this test runs against ${missing.join(', ')}, which is not installed. ` +
      'Get it with: sh scripts/install-test-needs.sh',
  )
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a program to its end and answers its standard output; an exit status fails with stderr. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: COMMAND_MS_MAX })
  return stdout
}
