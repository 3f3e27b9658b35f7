import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { draftOf } from '../../src/core/event/draft.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open-ledger.ts'
import { hashOver } from '../../src/ledger/tree/merkle-tree.ts'
import type { LedgerFindings } from '../../src/ledger/verification/findings.ts'
import { verifyLedger } from '../../src/ledger/verification/verify-ledger.ts'
import type { ClickHouseConnection } from '../../src/store/clickhouse/connection/connection.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { roundsOr } from '../support/rounds.ts'
import { anyEvent, canonicalOf } from '../support/store-events.ts'

const ORIGIN = 'verified'
const EVENTS = 700
const MUTATIONS = roundsOr(32)

let folder = ''
let store: Store
let engine: ClickHouseConnection
let ledger: Ledger

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-verified-'))
  store = await openStore({
    ...{ location: { dataDirectory: folder }, origin: ORIGIN, clock: createClock() },
  })
  engine = openChdb(folder)
  ledger = await openLedger({ origin: ORIGIN, writer: store.writer, dataDirectory: folder })
  const events = fc.sample(anyEvent, { numRuns: EVENTS, seed: 17 })
  const unique = events.map((event, index) => ({
    ...event,
    source: { ...event.source, eventId: `event-${index}` },
  }))
  for (let start = 0; start < EVENTS; start += 100) {
    const drafts = unique.slice(start, start + 100).map((one) => draftOf(one, canonicalOf(one)))
    await ledger.append({ drafts })
  }
  await ledger.whenReadable()
  await engine.command({ sql: 'CREATE TABLE kept AS events ENGINE = MergeTree ORDER BY seq' })
  await engine.command({ sql: `INSERT INTO kept SELECT ${COLUMNS.join(', ')} FROM events` })
})

afterAll(async () => {
  await ledger?.close()
  await engine?.close()
  await store?.close()
  await rm(folder, { recursive: true, force: true })
})

const COLUMNS = [
  ...['origin', 'seq', 'id', 'time', 'received', 'tenant', 'shape', 'actor', 'client_ip'],
  ...['client_user_agent', 'target_namespace', 'target_repository', 'target_tag', 'digest'],
  ...['texts', 'request'],
]

/** Another value of each column that is part of an event, or that queries go by. */
const CHANGES: Readonly<Record<string, string>> = {
  id: 'generateUUIDv4()',
  time: 'subtractSeconds(time, 1)',
  received: 'addMicroseconds(received, 1)',
  tenant: "concat(tenant, 'x')",
  shape: "replaceRegexpOne(shape, '^[a-z]+', 'debug2')",
  actor: "concat('x', actor)",
  client_ip: "concat(client_ip, '1')",
  client_user_agent: "concat(client_user_agent, 'x')",
  target_namespace: "concat(target_namespace, 'x')",
  target_repository: "concat(target_repository, 'x')",
  target_tag: "concat(target_tag, 'x')",
  digest: "concat(digest, 'x')",
  texts: "concat('x', texts)",
}

/** Columns whose text every event has, so that each damage changes it. */
const TEXT_COLUMNS = ['tenant', 'shape', 'texts']

/** What may become of a text. */
const DAMAGES: Readonly<Record<string, (column: string) => string>> = {
  'a bit flipped': (column) => `concat(char(bitXor(ascii(${column}), 1)), substring(${column}, 2))`,
  'cut off': (column) => `substring(${column}, 1, length(${column}) - 1)`,
  emptied: () => "''",
  doubled: (column) => `concat(${column}, ${column})`,
}

async function verified(): Promise<LedgerFindings> {
  const signed = ledger.durableHead()
  const { leaves } = store
  const lastLeaves = ledger.lastLeaves(signed.size)
  const run = verifyLedger({ leaves, signed, unsaved: ledger.unsavedTiles, lastLeaves })
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  return step.value
}

/** Stores the kept rows anew, those of some seqs with columns in another form. */
async function storeRows(
  seqs: readonly number[] = [],
  changes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const isChanged = `seq IN (${[-1, ...seqs].join(', ')})`
  const values = COLUMNS.map((column) => {
    const change = changes[column]
    return change === undefined ? column : `if(${isChanged}, ${change}, ${column}) AS ${column}`
  })
  await engine.command({ sql: 'TRUNCATE TABLE events' })
  await insertRows(`SELECT ${values.join(', ')} FROM kept`)
}

async function insertRows(select: string): Promise<void> {
  await engine.command({ sql: `INSERT INTO events (${COLUMNS.join(', ')}) ${select}` })
}

const KEPT_ROW = (seq: number) => `SELECT ${COLUMNS.join(', ')} FROM kept WHERE seq = ${seq}`

interface Mutation {
  readonly name: string
  readonly apply: (seq: number) => Promise<void>
  readonly finding: (seq: number) => object
}

const altered = (seq: number) => ({ what: 'altered', seq })

const MUTATIONS_OF_ROWS: readonly Mutation[] = [
  ...Object.entries(CHANGES).map(
    ([column, change]): Mutation => ({
      name: `another ${column}`,
      apply: (seq) => storeRows([seq], { [column]: change }),
      finding: altered,
    }),
  ),
  ...Object.entries(DAMAGES).flatMap(([name, damage]) =>
    TEXT_COLUMNS.map(
      (column): Mutation => ({
        name: `${column}: ${name}`,
        apply: (seq) => storeRows([seq], { [column]: damage(column) }),
        finding: altered,
      }),
    ),
  ),
  {
    name: 'a row that is deleted',
    apply: async (seq) => {
      await engine.command({ sql: 'TRUNCATE TABLE events' })
      await insertRows(`SELECT ${COLUMNS.join(', ')} FROM kept WHERE seq != ${seq}`)
    },
    finding: (seq) => ({ what: 'missing', seq }),
  },
  {
    name: 'a row of another ledger',
    apply: (seq) => storeRows([seq], { origin: "'another'" }),
    finding: (seq) => ({ what: 'missing', seq }),
  },
  {
    name: 'a row that is there twice',
    apply: async (seq) => {
      await storeRows()
      await insertRows(KEPT_ROW(seq))
    },
    finding: (seq) => ({ what: 'added', seq }),
  },
  {
    name: 'two rows in each other’s place',
    apply: (seq) => {
      const other = (seq + 1) % EVENTS
      const seqs = `if(seq = ${seq}, ${other}, ${seq})`
      return storeRows([seq, other], { seq: `toUInt64(${seqs})` })
    },
    finding: (seq) => altered(Math.min(seq, (seq + 1) % EVENTS)),
  },
]

test('the ledger as it was stored has no findings', async () => {
  expect(await verified()).toMatchObject({ events: EVENTS, isSignedRoot: true, findings: [] })
})

test('tiles have the leaf hashes that the engine makes of the rows', async () => {
  const range = { start: 0, end: EVENTS }
  const rows = await store.leaves.rows(range)
  const hashes = await store.leaves.hashes(range)
  expect(hashes.map((hash) => Buffer.from(hash))).toEqual(rows.map(({ leaf }) => leaf))
})

test('the engine hashes each whole group as its rows give it', async () => {
  const groups = async () => {
    const hashes = await store.leaves.groupHashes?.({ start: 0, end: EVENTS })
    return new Map([...(hashes ?? [])].toSorted(([left], [right]) => left - right))
  }
  const leaves = await store.leaves.hashes({ start: 0, end: EVENTS })
  const hashOf = (group: number) =>
    Buffer.from(hashOver(Buffer.concat(leaves.slice(group * 256, (group + 1) * 256))))
  const whole: readonly [number, Buffer][] = [
    [0, hashOf(0)],
    [1, hashOf(1)],
  ]
  expect([...(await groups())]).toEqual(whole)
  await storeRows([300], { origin: "'another'" })
  expect([...(await groups()).keys()]).toEqual([0])
  await storeRows()
  await insertRows(KEPT_ROW(3))
  expect([...(await groups()).keys()]).toEqual([1])
  await storeRows([300], { shape: CHANGES['shape'] ?? '' })
  expect((await groups()).get(1)).not.toEqual(hashOf(1))
  await storeRows([300], { texts: "concat(texts, 'x\\0')" })
  expect([...(await groups()).keys()]).toEqual([0])
  await storeRows()
})

test('the first damaged record is named, whatever was done to it', async () => {
  const random = fc.sample(fc.nat(EVENTS - 1), { numRuns: MUTATIONS, seed: 4 })
  for (const [index, seq] of random.entries()) {
    const mutation = MUTATIONS_OF_ROWS[index % MUTATIONS_OF_ROWS.length]
    if (mutation === undefined) continue
    await mutation.apply(seq)
    const { findings, counts } = await verified()
    const told = `${mutation.name} at ${seq}: ${JSON.stringify(counts)}`
    expect({ told, first: findings[0] }).toMatchObject({ told, first: mutation.finding(seq) })
  }
  await storeRows()
  expect((await verified()).findings).toEqual([])
}, 600_000)

test('rows that are cut off at the end are missing', async () => {
  await storeRows([697, 698, 699], { origin: "'another'" })
  const { findings, isSignedRoot } = await verified()
  const missing = [697, 698, 699].map((seq) => ({ what: 'missing', seq }))
  expect({ findings, isSignedRoot }).toEqual({ findings: missing, isSignedRoot: false })
})
