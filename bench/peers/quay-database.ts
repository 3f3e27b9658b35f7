import type { Client } from 'pg'
import {
  type GenerateOptions,
  generateEvents,
  type RegistryEvent,
} from '../events/generate-events.ts'
import { createPopulation } from '../events/registry-population.ts'
import { findPostgresql, startCluster } from './postgresql.ts'
import { QUAY_INDEXES, QUAY_TABLES, USER_COLUMNS } from './quay-schema.ts'

/** What a log is asked for, as Quay's routes ask; times in microseconds since the epoch. */
export interface LogQuestion {
  readonly namespace: string
  readonly repository?: string
  readonly performer?: string
  readonly startMicros: number
  readonly endMicros: number
}

/** Quay's log in PostgreSQL: its tables, indexes and SQL, with the benchmark's events. */
export interface QuayDatabase {
  readonly version: string
  /** Seconds of COPY and of making the indexes; undefined when it had been loaded before. */
  readonly loadSeconds: number | undefined
  /** One page of 20: every statement of Quay's request. Resolves with the number of entries. */
  list(question: LogQuestion): Promise<number>
  /** Counts by kind and day. Resolves with the number of counts. */
  aggregate(question: LogQuestion): Promise<number>
  /** Bytes that the log takes, indexes included. */
  bytes(): Promise<number>
  close(): Promise<void>
}

/** What a cell says when PostgreSQL is missing. */
export const POSTGRESQL_NOT_INSTALLED = 'PostgreSQL is not installed: `apt-get install postgresql`'

const PAGE_ENTRIES = 20
/** Quay walks its newest log table, then two older ones that are empty after a migration. */
const LOG_TABLES = ['logentry3', 'logentry2', 'logentry'] as const
const PUSH_KIND = 1
const PULL_KIND = 2

/** Opens the database in `directory`, loaded; undefined, with a line, without PostgreSQL. */
export async function openQuayDatabase(options: {
  readonly directory: string
  readonly events: GenerateOptions
  readonly log: (text: string) => void
}): Promise<QuayDatabase | undefined> {
  const { directory, events, log } = options
  const programs = findPostgresql()
  if (programs === undefined) {
    log(POSTGRESQL_NOT_INSTALLED)
    return undefined
  }
  const cluster = await startCluster(programs, directory)
  const { client } = cluster
  let loadSeconds: number | undefined
  if (!(await isLoaded(client))) {
    log(`loading ${events.count} events into PostgreSQL`)
    const startedMs = performance.now()
    await client.query(QUAY_TABLES)
    await cluster.copy(`COPY "user" (id, username, email, organization, robot) FROM STDIN`, [
      ...userLines(events.seed),
    ])
    await cluster.copy('COPY repository (id, namespace_user_id, name) FROM STDIN', [
      ...repositoryLines(events.seed),
    ])
    await cluster.copy(`COPY logentry3 (${LOG_COLUMNS}) FROM STDIN`, logLines(events))
    for (const statement of QUAY_INDEXES) await client.query(statement)
    loadSeconds = (performance.now() - startedMs) / 1000
    await client.query('VACUUM ANALYZE')
    await client.query('CREATE TABLE bench_loaded ()')
  }
  // Reads the whole log once, so that neither side is measured with a cold disk.
  await client.query('SELECT count(metadata_json) FROM logentry3')
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  return {
    version: rows[0]?.server_version.split(' ')[0] ?? '',
    loadSeconds,
    list: (question) => list(client, question),
    aggregate: (question) => aggregate(client, question),
    bytes: () => logBytes(client),
    close: () => cluster.close(),
  }
}

async function isLoaded(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('bench_loaded') IS NOT NULL AS found`,
  )
  return rows[0]?.found === true
}

const LOG_COLUMNS = 'kind_id, account_id, performer_id, repository_id, datetime, ip, metadata_json'

/** Ids of namespaces, users and repositories, from 1 in the population's order. */
interface Ids {
  readonly users: ReadonlyMap<string, number>
  /** By `namespace/repository`. */
  readonly repositories: ReadonlyMap<string, number>
}

function createIds(seed: number): Ids {
  const { namespaces, accounts } = createPopulation(seed)
  const names = [...namespaces, ...accounts].map(({ name }) => name)
  const paths = namespaces.flatMap(({ name, repositories }) =>
    repositories.map((repository) => `${name}/${repository.name}`),
  )
  return {
    users: new Map(names.map((name, index) => [name, index + 1])),
    repositories: new Map(paths.map((path, index) => [path, index + 1])),
  }
}

function* userLines(seed: number): Generator<string> {
  const { namespaces } = createPopulation(seed)
  for (const [name, id] of createIds(seed).users) {
    const flag = (value: boolean) => (value ? 't' : 'f')
    const isOrganization = id <= namespaces.length
    const isRobot = name.includes('+')
    yield `${id}\t${name}\t${name}@example.org\t${flag(isOrganization)}\t${flag(isRobot)}\n`
  }
}

function* repositoryLines(seed: number): Generator<string> {
  const { users, repositories } = createIds(seed)
  for (const [path, id] of repositories) {
    const [namespace = '', name = ''] = path.split('/')
    yield `${id}\t${users.get(namespace)}\t${name}\n`
  }
}

function* logLines(events: GenerateOptions): Generator<string> {
  const { users, repositories } = createIds(events.seed)
  for (const event of generateEvents(events)) {
    const { namespace, repository } = event
    yield [
      event.isPush ? PUSH_KIND : PULL_KIND,
      users.get(namespace),
      users.get(event.actor),
      repositories.get(`${namespace}/${repository}`),
      timestamp(event.timeMicros),
      event.ip,
      `${metadata(event)}\n`,
    ].join('\t')
  }
}

/** What Quay's registry writes beside an entry of a push or a pull. */
function metadata(event: RegistryEvent): string {
  return JSON.stringify({
    repo: event.repository,
    namespace: event.namespace,
    'user-agent': event.userAgent,
    tag: event.tag,
    manifest_digest: event.digest,
    mediaType: event.mediaType,
    username: event.actor,
    ...(event.isRobot && { is_robot: true }),
  })
}

function timestamp(micros: number): string {
  const fraction = String(micros % 1_000_000).padStart(6, '0')
  return `${new Date(micros / 1000).toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`
}

interface Restriction {
  readonly where: string
  readonly values: readonly unknown[]
}

/** Quay resolves names to ids first, one statement each, with every column of `user`. */
async function restrict(client: Client, question: LogQuestion): Promise<Restriction> {
  const { namespace, repository, performer } = question
  const account = await findUser(client, namespace)
  const values: unknown[] = [timestamp(question.startMicros), timestamp(question.endMicros)]
  const conditions = ['t1.datetime >= $1 AND t1.datetime < $2']
  const add = (column: string, value: unknown) => {
    values.push(value)
    conditions.push(`t1.${column} = $${values.length}`)
  }
  if (performer !== undefined) add('performer_id', await findUser(client, performer))
  if (repository === undefined) add('account_id', account)
  else add('repository_id', await findRepository(client, account, repository))
  return { where: conditions.join(' AND '), values }
}

async function findUser(client: Client, name: string): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT ${USER_COLUMNS.map((column) => `t1.${column}`).join(', ')}
      FROM "user" t1 WHERE t1.username = $1 LIMIT 1`,
    [name],
  )
  return rows[0]?.id
}

async function findRepository(
  client: Client,
  account: number | undefined,
  name: string,
): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    'SELECT * FROM repository WHERE namespace_user_id = $1 AND name = $2 LIMIT 1',
    [account, name],
  )
  return rows[0]?.id
}

async function list(client: Client, question: LogQuestion): Promise<number> {
  const { where, values } = await restrict(client, question)
  const users = USER_COLUMNS.map((column) => `t2.${column} AS user_${column}`).join(', ')
  let entries = 0
  for (const table of LOG_TABLES) {
    const { rows } = await client.query(
      `SELECT t1.id, t1.kind_id, t1.account_id, t1.performer_id, t1.repository_id, t1.datetime,
          t1.ip, t1.metadata_json, ${users}
        FROM ${table} t1 LEFT OUTER JOIN "user" t2 ON (t1.performer_id = t2.id)
        WHERE ${where} ORDER BY t1.datetime DESC LIMIT ${PAGE_ENTRIES + 1}`,
      [...values],
    )
    entries += rows.length
    if (entries > PAGE_ENTRIES) break
  }
  return Math.min(entries, PAGE_ENTRIES)
}

async function aggregate(client: Client, question: LogQuestion): Promise<number> {
  const { where, values } = await restrict(client, question)
  let counts = 0
  for (const table of LOG_TABLES) {
    const { rows } = await client.query(
      `SELECT t1.kind_id, EXTRACT(day FROM t1.datetime) AS day, COUNT(t1.id) AS count
        FROM ${table} t1 WHERE ${where} GROUP BY EXTRACT(day FROM t1.datetime), t1.kind_id`,
      [...values],
    )
    counts += rows.length
  }
  return counts
}

async function logBytes(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('logentry3') AS bytes`,
  )
  return Number(rows[0]?.bytes)
}
