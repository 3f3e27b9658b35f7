import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../bin/waybill.js', import.meta.url))

/** The built program, serving on 127.0.0.1 at a port of its own. */
export interface Server {
  readonly url: string
  readonly token: string
  readonly pid: number
  /** From the start of the process to its ready line. */
  readonly readyMs: number
  /** Asks it to stop and waits until it is gone. */
  stop(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
}

/**
 * Starts the program as its users do, on a data directory that may be new.
 *
 * @param options further options of `waybill serve`.
 */
export async function startServer(
  dataDirectory: string,
  options: readonly string[] = [],
): Promise<Server> {
  const startedMs = performance.now()
  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--data', dataDirectory, '--listen', '127.0.0.1:0', ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  // Whatever ends the benchmark ends the server too.
  const killWithParent = () => child.kill('SIGKILL')
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  const { url, readyMs } = await ready(child, startedMs)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    url,
    token: (await readFile(join(dataDirectory, 'admin-token'), 'utf8')).trim(),
    pid: child.pid ?? 0,
    readyMs,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

/** Standard error is kept in case it does not start; both streams are read so that none fills. */
function ready(
  child: ChildProcess,
  startedMs: number,
): Promise<{ readonly url: string; readonly readyMs: number }> {
  return new Promise((resolve, reject) => {
    let output = ''
    const take = (chunk: Buffer) => {
      if (output.length < LOG_LENGTH_MAX) output += chunk.toString()
      const url = /ready (http:\/\/\S+)/.exec(output)?.[1]
      if (url !== undefined) resolve({ url, readyMs: performance.now() - startedMs })
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('exit', (code, signal) => {
      reject(new Error(`the server ended with ${code ?? signal}:\n${output}`))
    })
  })
}

const LOG_LENGTH_MAX = 100_000
