import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { findPostgresql } from '../../bench/peers/postgresql.ts'
import { QUAY_TABLES } from '../../bench/peers/quay-schema.ts'
import { freePort } from './free-port.ts'

/** `nobody`: PostgreSQL refuses to run as root. */
const UNPRIVILEGED_ID = 65_534
const START_WAIT_MS_MAX = 30_000
const PASSWORD = 'lamp&post'

const KIND_TABLE = `CREATE TABLE logentrykind (
  id serial PRIMARY KEY, name varchar(255) NOT NULL UNIQUE);`

/** A PostgreSQL of the test's own, with the tables that a Quay keeps its log in. */
export interface QuayDatabaseServer {
  readonly url: string
  /** What no message may show. */
  readonly password: string
  /** URL of another database, which no Quay made. */
  readonly strangeUrl: string
  readonly client: () => Client
  /** Cuts every connection but the test's own, as a restart does. */
  cutConnections(): Promise<number>
  stop(): Promise<void>
}

/** Starts one from Debian's PostgreSQL. */
export async function startQuayDatabase(): Promise<QuayDatabaseServer> {
  const programs = findPostgresql()
  if (programs === undefined) {
    throw new Error('this test runs against PostgreSQL: sh scripts/install-test-needs.sh')
  }
  const directory = mkdtempSync(join(tmpdir(), 'waybill-postgres-'))
  const account = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {}
  if (account.uid !== undefined) chownSync(directory, account.uid, account.gid)
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 })
  await promisify(execFile)(
    join(programs, 'initdb'),
    [
      ...['-D', data, '-U', 'quay', '--auth=scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    ],
    { ...account, cwd: directory },
  )
  const port = await freePort()
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings(directory, port)], {
    ...account,
    cwd: directory,
    stdio: 'ignore',
  })
  const urlOf = (database: string) =>
    `postgres://quay:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`
  const first = await connect(server, urlOf('postgres'))
  await first.query('CREATE DATABASE quay')
  await first.end()
  const client = await connect(server, urlOf('quay'))
  await client.query(`${QUAY_TABLES} ${KIND_TABLE}`)
  return {
    url: urlOf('quay'),
    password: PASSWORD,
    strangeUrl: urlOf('postgres'),
    client: () => client,
    async cutConnections() {
      const { rowCount } = await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND application_name = 'waybill import'`,
      )
      return rowCount ?? 0
    },
    async stop() {
      await client.end()
      const exit = once(server, 'exit')
      server.kill('SIGINT')
      await exit
      rmSync(directory, { recursive: true })
    },
  }
}

/** Nothing of it has to last. */
function settings(directory: string, port: number): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: directory,
    shared_buffers: '32MB',
    fsync: 'off',
    full_page_writes: 'off',
    // Whatever the zone and the style of the server, an import reads the same times.
    timezone: 'America/New_York',
    datestyle: 'SQL, DMY',
    log_min_messages: 'panic',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function connect(server: ChildProcess, url: string): Promise<Client> {
  const deadline = performance.now() + START_WAIT_MS_MAX
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`)
    const client = new Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      if (performance.now() > deadline) {
        server.kill('SIGINT')
        throw error
      }
      await delay(50)
    }
  }
}
