import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'

/** Debian keeps each major version's programs in a folder of its own. */
const DEBIAN_PROGRAMS = '/usr/lib/postgresql'
/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED_ID = 65_534
const DATABASE = 'postgres'
const START_ATTEMPTS_MAX = 200
const START_ATTEMPT_MS = 100

/** A PostgreSQL of our own, reachable over a socket in its directory only. */
export interface Cluster {
  readonly client: Client
  /** Whether the directory held a database already. */
  readonly existed: boolean
  /** Runs `COPY … FROM STDIN` with these lines. */
  copy(statement: string, lines: Iterable<string>): Promise<void>
  close(): Promise<void>
}

/** Folder of the newest installed PostgreSQL's programs, or undefined. */
export function findPostgresql(): string | undefined {
  const versions = existsSync(DEBIAN_PROGRAMS) ? readdirSync(DEBIAN_PROGRAMS) : []
  const newestFirst = versions.toSorted((left, right) => Number(right) - Number(left))
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN_PROGRAMS, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ]
  return folders.find((folder) =>
    ['initdb', 'postgres', 'psql'].every((program) => existsSync(join(folder, program))),
  )
}

/** Starts a cluster in `directory`, which is made unless it is there. */
export async function startCluster(programs: string, directory: string): Promise<Cluster> {
  const data = join(directory, 'data')
  const existed = existsSync(join(data, 'PG_VERSION'))
  const account = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}
  await mkdir(directory, { recursive: true })
  if (account.uid !== undefined) await chown(directory, account.uid, account.gid)
  if (!existed) {
    await promisify(execFile)(
      join(programs, 'initdb'),
      ['-D', data, '-U', DATABASE, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8'],
      { ...account, cwd: directory },
    )
  }
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings(directory)], {
    ...account,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  // Whatever ends the benchmark ends the database too.
  const quitWithParent = () => server.kill('SIGQUIT')
  process.once('exit', quitWithParent)
  server.once('exit', () => process.off('exit', quitWithParent))
  const client = await connect(server, directory)
  return {
    client,
    existed,
    copy: (statement, lines) => copy({ programs, directory, statement, lines }),
    async close() {
      // A fast shutdown ends its connections too.
      if (server.exitCode !== null || server.signalCode !== null) return
      const exit = once(server, 'exit')
      server.kill('SIGINT')
      await exit
    },
  }
}

/** The defaults, but for the memory that a dedicated server of this size would be given. */
function settings(directory: string): readonly string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: directory,
    shared_buffers: '512MB',
    max_wal_size: '8GB',
    timezone: 'UTC',
    log_min_messages: 'panic',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function connect(server: ChildProcess, directory: string): Promise<Client> {
  for (let attempt = 0; attempt < START_ATTEMPTS_MAX; attempt += 1) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
    const client = new Client({ host: directory, user: DATABASE, database: DATABASE })
    // A database that goes away is told of by the query that meets it.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch {
      await sleep(START_ATTEMPT_MS)
    }
  }
  server.kill('SIGINT')
  throw new Error('postgres does not answer')
}

async function copy(options: {
  readonly programs: string
  readonly directory: string
  readonly statement: string
  readonly lines: Iterable<string>
}): Promise<void> {
  const psql = spawn(
    join(options.programs, 'psql'),
    [
      '-h',
      options.directory,
      '-U',
      DATABASE,
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-c',
      options.statement,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  )
  const exit = once(psql, 'exit')
  const linesAtOnce = 1000
  let pending: string[] = []
  const flush = async () => {
    const text = pending.join('')
    pending = []
    if (!psql.stdin.write(text)) await once(psql.stdin, 'drain')
  }
  for (const line of options.lines) {
    pending.push(line)
    if (pending.length === linesAtOnce) await flush()
  }
  await flush()
  psql.stdin.end()
  const [code] = await exit
  if (code !== 0) throw new Error(`psql ended with ${code}: ${options.statement}`)
}
