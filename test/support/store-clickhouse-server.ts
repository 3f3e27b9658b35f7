import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { resolveLibchdb } from 'chdb/libchdb'
import { freePort } from './free-port.ts'

const LAUNCHER_SOURCE = fileURLToPath(new URL('./store-clickhouse-launcher.c', import.meta.url))
const START_MS_MAX = 30_000
const POLL_MS = 50

/** Keeps the program up until it is killed: clickhouse local ends with its last query. */
const SERVE = `SYSTEM START LISTEN HTTP;
  SELECT sleepEachRow(1) FROM numbers(1000000)
  SETTINGS max_block_size = 1, max_threads = 1
  FORMAT Null`

export interface ClickHouseServer {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** SIGSTOP: connections stay open, and nothing is answered. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** SIGKILL. The data stay. */
  kill(): Promise<void>
  /** Starts again on the same port and data, after `kill`. */
  restart(): Promise<void>
  /** SIGKILL, and removes the data. */
  stop(): Promise<void>
}

/**
 * Starts a real ClickHouse server on a free loopback port with an empty directory of its own: the
 * engine that npm installed for chDB, run as a program. It needs a C compiler (`cc`).
 *
 * @param dataDirectory where its data are, if not in that directory.
 */
export async function startClickHouseServer(dataDirectory?: string): Promise<ClickHouseServer> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-clickhouse-'))
  const launcher = join(directory, 'launcher')
  await promisify(execFile)('cc', ['-O1', '-o', launcher, LAUNCHER_SOURCE, '-ldl'])
  const data = dataDirectory ?? join(directory, 'data')
  const place = { directory, data, launcher, port: await freePort() }
  let server = await launch(place)
  const stop = async () => {
    await server.kill()
    await rm(directory, { recursive: true, force: true })
  }
  return {
    url: urlOf(place),
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    kill: () => server.kill(),
    async restart() {
      server = await launch(place)
    },
    stop,
  }
}

interface Place {
  readonly directory: string
  readonly data: string
  readonly launcher: string
  readonly port: number
}

const urlOf = ({ port }: Place) => `http://127.0.0.1:${port}`

/** Resolves once the server answers. */
async function launch(place: Place) {
  const { directory, data, launcher, port } = place
  const child = spawn(
    launcher,
    [
      resolveLibchdb().path,
      ...['--path', data],
      ...['--http_port', String(port), '--listen_host', '127.0.0.1'],
      ...['--query', SERVE],
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  const deadlineMs = Date.now() + START_MS_MAX
  while (!(await answers(urlOf(place)))) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      await kill()
      throw new Error(`ClickHouse did not start: ${errors}`)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS)
    })
  }
  return { kill, signal: (signal: NodeJS.Signals) => void child.kill(signal) }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/ping`).then(
    (response) => response.ok,
    () => false,
  )
}
