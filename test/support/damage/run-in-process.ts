import { PassThrough } from 'node:stream'
import { runCommand } from '../../../src/cli/run.ts'

/** How a command of this process ended. */
export interface InProcessOutcome {
  readonly code: number
  readonly lines: readonly string[]
  readonly stderr: string
}

/** Runs a command from the sources that needs no part of a server, such as `verify FOLDER`. */
export async function runInProcess(argv: readonly string[]): Promise<InProcessOutcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const refuse = () => Promise.reject(new Error('no part of this test'))
  const parts = {
    recover: refuse,
    serve: refuse,
    openAtRest: refuse,
    openImporter: refuse,
    collectors: [],
  }
  const interruption = () => new AbortController().signal
  const env = { WAYBILL_TOKEN: 'token' }
  const code = await runCommand(argv, { stdout, stderr, stdin: stdout, env, interruption }, parts)
  const lines = String(stdout.read() ?? '').split('\n')
  return { code, lines, stderr: String(stderr.read() ?? '') }
}
