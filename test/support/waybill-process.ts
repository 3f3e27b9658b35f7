import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url))

/** Tests count events: those of their own requests are not among them unless a test asks for it. */
const NO_RECORDS_OF_READING = { WAYBILL_AUDIT_TOKEN_USE: 'false', WAYBILL_AUDIT_SEARCHES: 'false' }

/** Longest wait for the ready line, ms. */
const READY_WAIT_MS_MAX = 60_000

export interface WaybillOptions {
  /** A folder that is kept; absent: a temporary one, removed by `stop`. */
  readonly dataDirectory?: string
  /** More arguments of `serve`. */
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** What starts the program, without arguments; absent: this Node with the built program. */
  readonly command?: readonly [program: string, ...args: string[]]
  /** Where it is started; absent: the folder of the tests. */
  readonly cwd?: string
  /** An instance may have no `admin-token`: another one made the administrator. */
  readonly mayLackToken?: boolean
  /** Signals go to a process group, as those of a terminal do: `npx` passes none on itself. */
  readonly isGroup?: boolean
}

/** The built program, serving on 127.0.0.1 at a port that it chose. */
export interface WaybillProcess {
  /** `http://127.0.0.1:PORT`; another port after `restart`. */
  readonly url: string
  /** That of its data directory; empty when that has none. */
  readonly adminToken: string
  readonly dataDirectory: string
  readonly pid: number
  /** What it wrote to standard error so far. */
  readonly log: () => string
  /** Sends a request with the administrator's token, unless `init` has its own. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  /** SIGTERM, and waits for the end. Resolves with the exit code. */
  readonly stop: () => Promise<number | null>
  /** SIGKILL, and waits for the end. The data stays. */
  readonly kill: () => Promise<void>
  /** Starts again on the same data, after `kill` or `stop` of one with a kept folder. */
  readonly restart: () => Promise<WaybillProcess>
}

/** Starts the built program and waits until it says that it is ready. */
export async function startWaybill(options: WaybillOptions = {}): Promise<WaybillProcess> {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'waybill-test-'))
  const [program, ...first] = options.command ?? [process.execPath, PROGRAM]
  const serve = ['serve', '--data', dataDirectory, '--listen', '127.0.0.1:0']
  const child = spawn(program, [...first, ...serve, ...(options.arguments ?? [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...NO_RECORDS_OF_READING, ...options.environment },
    cwd: options.cwd,
    detached: options.isGroup === true,
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const url = await readyUrl(child, () => log)
  const adminToken = readTokenOf(dataDirectory, child, options.mayLackToken ?? false)
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'close')
      if (options.isGroup === true && child.pid !== undefined) process.kill(-child.pid, signal)
      else child.kill(signal)
      await ended
    }
    return child.exitCode
  }
  return {
    url,
    adminToken,
    dataDirectory,
    pid: child.pid ?? 0,
    log: () => log,
    request: (path, init) => {
      const headers = new Headers(init?.headers)
      if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${adminToken}`)
      return fetch(new URL(path, url), { ...init, headers })
    },
    stop: async () => {
      const code = await end('SIGTERM')
      if (options.dataDirectory === undefined) rmSync(dataDirectory, { recursive: true })
      return code
    },
    kill: async () => {
      await end('SIGKILL')
    },
    restart: () => startWaybill({ ...options, dataDirectory }),
  }
}

function readTokenOf(dataDirectory: string, child: ChildProcess, mayLack: boolean): string {
  if (mayLack && !existsSync(join(dataDirectory, 'admin-token'))) return ''
  try {
    return readFileSync(join(dataDirectory, 'admin-token'), 'utf8').trim()
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** The JSON body of an answer, in the form that the test expects it to have. */
export async function jsonOf<Body>(response: Response | Promise<Response>): Promise<Body> {
  return JSON.parse(await (await response).text())
}

function readyUrl(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`not ready in ${READY_WAIT_MS_MAX} ms:\n${output}\n${log()}`))
    }, READY_WAIT_MS_MAX)
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const url = /ready (http:\/\/\S+)/.exec(output)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code ?? signal} before it was ready:\n${output}\n${log()}`))
    })
  })
}
