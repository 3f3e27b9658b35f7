import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import { QUAY_KINDS } from '../../src/dialects/quay/entries/kinds.ts'

/** A row as it stands in a table of Quay's log. */
export interface StoredRow {
  readonly table: 'logentry' | 'logentry2' | 'logentry3'
  readonly id: number
  readonly kindId: number
  readonly accountId: number
  readonly performerId: number | null
  readonly repositoryId: number | null
  /** `2024-06-18 18:59:13.123456`. */
  readonly datetime: string
  readonly ip: string | null
  readonly metadata: string
}

/** Ids that stand for nothing any more. */
export const DELETED_ID = 900_001
const START_MS = Date.UTC(2024, 5, 1)

/** Kinds are numbered in no order that anybody may rely on. */
const KIND_IDS = new Map(QUAY_KINDS.map(({ kind }, index) => [kind, ((index * 37) % 146) + 3]))

interface Account {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly isOrganization?: boolean
  readonly isRobot?: boolean
}

/** Who is in the Quay. */
const ACCOUNTS: readonly Account[] = [
  { id: 1, name: 'acme', email: 'acme@example.com', isOrganization: true },
  { id: 2, name: 'umbrella', email: 'info@umbrella.example', isOrganization: true },
  { id: 7, name: 'alice', email: 'Alice@Example.com' },
  { id: 8, name: 'acme+deploy', email: '0b0c6ca3-3a4e-4c77-a6f8-0f3ad3e4fb9a', isRobot: true },
]

/** The repositories, each of the account of the same id: 11 is acme's. */
const REPOSITORIES = [
  { id: 11, accountId: 1, name: 'app' },
  { id: 12, accountId: 1, name: 'team/app' },
  { id: 21, accountId: 2, name: 'hive' },
]

/** One row of each kind, of each table, and of each oddity. */
export function generateRows(): readonly StoredRow[] {
  const rows: StoredRow[] = []
  const nextId = { logentry: 5, logentry2: 50_000, logentry3: 1_000_000 }
  const add = (table: StoredRow['table'], row: Partial<StoredRow>) => {
    const index = rows.length
    // Ids have gaps: a transaction that fails takes its id with it.
    nextId[table] += index % 7 === 0 ? 3 : 1
    rows.push({
      table,
      id: nextId[table],
      kindId: KIND_IDS.get('push_repo') ?? 0,
      accountId: index % 3 === 0 ? 2 : 1,
      performerId: [7, 8, null][index % 3] ?? null,
      repositoryId: null,
      datetime: timeOf(index * 997, (index * 37_123) % 1_000_000),
      ip: '192.168.1.131',
      metadata: '{}',
      ...row,
    })
  }
  for (const table of ['logentry', 'logentry2', 'logentry3'] as const) {
    for (const { kind, metadata } of QUAY_KINDS) {
      const values = metadata.map((key, index) => [key, exampleOf(key, index)])
      add(table, {
        kindId: KIND_IDS.get(kind) ?? 0,
        repositoryId: metadata.includes('repo') ? 11 : null,
        accountId: metadata.includes('repo') ? 1 : 2,
        metadata: pythonJson(Object.fromEntries(values)),
      })
    }
  }
  // The same entry thirty times, and thirty entries of the same time.
  for (let index = 0; index < 30; index += 1) {
    const tie = {
      accountId: 1,
      repositoryId: 11,
      performerId: 7,
      datetime: timeOf(86_400, 500_000),
    }
    add('logentry3', { ...tie, metadata: '{"repo":"app","tag":"same"}' })
    add('logentry3', { ...tie, metadata: `{"repo":"app","tag":"${index}"}` })
  }
  for (const odd of oddRows()) add('logentry3', { accountId: 1, performerId: 7, ...odd })
  return rows
}

function oddRows(): readonly Partial<StoredRow>[] {
  return [
    { performerId: DELETED_ID },
    { accountId: DELETED_ID },
    { repositoryId: DELETED_ID, metadata: '{"repo": "gone", "namespace": "acme"}' },
    { repositoryId: 12, metadata: '{"repo": "team/app"}' },
    { kindId: 9999, metadata: '{"a": 1}' },
    { ip: null },
    { ip: '2001:db8::7' },
    { metadata: '' },
    { metadata: '{"text": "\\u00fc \\ud83d\\ude00", "deep": {"list": [1, 2.5, null, true]}}' },
    { datetime: '2024-06-18 00:00:00' },
    { datetime: '1999-12-31 23:59:59.999999' },
  ]
}

/** Rows of which no event holds everything in its place. */
export const UNREADABLE_METADATA: readonly string[] = [
  'not JSON',
  '["a list"]',
  '{"nul": "\\u0000"}',
  '{"half": "\\ud800"}',
  `${'{"in":'.repeat(40)}1${'}'.repeat(40)}`,
]

/** Metadata that is larger than any event: the second of them is not even read whole. */
export const LARGE_METADATA: readonly string[] = [
  JSON.stringify({ log: 'x'.repeat(100_000) }),
  JSON.stringify({ log: 'y'.repeat(2_000_000) }),
]

/** Fills the tables of a Quay's database. */
export async function insertRows(client: Client, rows: readonly StoredRow[]): Promise<void> {
  for (const table of ['logentry', 'logentry2', 'logentry3'] as const) {
    const own = rows.filter((row) => row.table === table)
    await client.query(
      `INSERT INTO ${table} SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[],
         $4::integer[], $5::integer[], $6::text[]::timestamp[], $7::text[], $8::text[])`,
      [
        own.map(({ id }) => id),
        own.map(({ kindId }) => kindId),
        own.map(({ accountId }) => accountId),
        own.map(({ performerId }) => performerId),
        own.map(({ repositoryId }) => repositoryId),
        own.map(({ datetime }) => datetime),
        own.map(({ ip }) => ip),
        own.map(({ metadata }) => metadata),
      ],
    )
  }
}

/** Fills the tables of kinds, users and repositories. */
export async function insertNames(client: Client): Promise<void> {
  for (const [kind, id] of KIND_IDS) {
    await client.query('INSERT INTO logentrykind (id, name) VALUES ($1, $2)', [id, kind])
  }
  for (const { id, name, email, isOrganization, isRobot } of ACCOUNTS) {
    await client.query(
      'INSERT INTO "user" (id, username, email, organization, robot) VALUES ($1, $2, $3, $4, $5)',
      [id, name, email, isOrganization === true, isRobot === true],
    )
  }
  for (const { id, accountId, name } of REPOSITORIES) {
    await client.query('INSERT INTO repository (id, namespace_user_id, name) VALUES ($1, $2, $3)', [
      id,
      accountId,
      name,
    ])
  }
}

/** What the same tables say, as a file of names; some accounts may have other names there. */
export function namesFile(renamed: Readonly<Record<string, string>> = {}): object {
  return {
    kinds: Object.fromEntries([...KIND_IDS].map(([kind, id]) => [id, kind])),
    users: Object.fromEntries(
      ACCOUNTS.map(({ id, name, email, isRobot }) => [
        id,
        { name: renamed[name] ?? name, email, robot: isRobot === true },
      ]),
    ),
    repositories: Object.fromEntries(REPOSITORIES.map(({ id, name }) => [id, name])),
  }
}

/** An entry as Quay's own API answers it, worked out from the row as Quay does. */
export function quayEntry(row: StoredRow): object {
  const kind = [...KIND_IDS].find(([, id]) => id === row.kindId)?.[0] ?? 'unknown'
  const performer = ACCOUNTS.find(({ id }) => id === row.performerId)
  const metadata = JSON.parse(row.metadata || '{}')
  return {
    kind,
    metadata,
    ip: row.ip,
    datetime: mailDate(row.datetime),
    ...(performer !== undefined && { performer: performerView(performer) }),
  }
}

function performerView({ name, email, isRobot = false }: Account): object {
  const hash = createHash('sha256').update(email.trim().toLowerCase()).digest('hex')
  return {
    kind: 'user',
    name,
    is_robot: isRobot,
    avatar: {
      name,
      hash,
      color: AVATAR_COLOURS[Number.parseInt(hash.slice(0, 2), 16) % 32],
      kind: isRobot ? 'robot' : 'user',
    },
  }
}

const AVATAR_COLOURS = (
  '#969696 #aec7e8 #ff7f0e #ffbb78 #2ca02c #98df8a #d62728 #ff9896 #9467bd #c5b0d5 #8c564b ' +
  '#c49c94 #e377c2 #f7b6d2 #7f7f7f #c7c7c7 #bcbd22 #1f77b4 #17becf #9edae5 #393b79 #5254a3 ' +
  '#6b6ecf #9c9ede #9ecae1 #31a354 #b5cf6b #a1d99b #8c6d31 #ad494a #e7ba52 #a55194'
).split(' ')

function mailDate(datetime: string): string {
  const utc = new Date(`${datetime.slice(0, 19).replace(' ', 'T')}Z`).toUTCString()
  return utc.replace('GMT', '-0000')
}

/** A row as Quay's log rotation archives it: without its id, the metadata as an object. */
export function archivedRow(row: StoredRow): object {
  return {
    kind_id: row.kindId,
    account_id: row.accountId,
    performer_id: row.performerId,
    repository_id: row.repositoryId,
    datetime: row.datetime,
    ip: row.ip ?? 'None',
    metadata_json: archivedMetadata(row.metadata),
  }
}

function archivedMetadata(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { __raw: text }
  }
}

function timeOf(second: number, micros: number): string {
  const whole = new Date(START_MS + second * 1000).toISOString().slice(0, 19).replace('T', ' ')
  // Python and PostgreSQL leave out a fraction that is nought.
  return micros === 0 ? whole : `${whole}.${String(micros).padStart(6, '0')}`
}

function exampleOf(key: string, index: number): unknown {
  if (key === 'repo') return 'app'
  if (key === 'namespace') return 'acme'
  if (key === 'is_robot' || key === 'superuser') return true
  if (key.endsWith('date') || key.endsWith('expiration')) return 1_718_000_000 + index
  if (key === 'manifest_digest' || key === 'digest') return `sha256:${'ab'.repeat(32)}`
  if (key === 'event') return 'repo_push'
  if (key === 'config') return { nested: { list: ['a', index] } }
  return `${key} ${index}`
}

/** Python's `json.dumps`: a blank after each comma and colon, and nothing but ASCII. */
function pythonJson(value: object): string {
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${JSON.stringify(member)}`,
  )
  return `{${members.join(', ')}}`
}
