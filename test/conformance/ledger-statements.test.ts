import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseReportedEvent } from '../../src/core/boundary/parse-reported-event.ts'
import type { StoredEvent } from '../../src/core/event/event.ts'
import { createClock, formatTimestamp } from '../../src/core/time/timestamp.ts'
import { ownDraft } from '../../src/ledger/audit-trail.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openLedger } from '../../src/ledger/open-ledger.ts'
import {
  createLedgerStatements,
  type LedgerStatements,
  type StatementRun,
} from '../../src/ledger/statement/ledger-statements.ts'
import {
  isStatement,
  type StatedRange,
  type Statement,
  statedRange,
  statementEvent,
} from '../../src/ledger/statement/statement.ts'
import { WINDOW_EVENTS } from '../../src/ledger/statement/tenant-leaves.ts'
import { findingText, verdictOf } from '../../src/ledger/verification/finding-text.ts'
import { type LedgerFindings, withStatements } from '../../src/ledger/verification/findings.ts'
import { StatementVerification } from '../../src/ledger/verification/statement-verification.ts'
import { verifyLedger } from '../../src/ledger/verification/verify-ledger.ts'
import type { ClickHouseConnection } from '../../src/store/clickhouse/connection/connection.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { referenceLeaf, referenceRoot } from '../support/reference-tree.ts'
import { roundsOr } from '../support/rounds.ts'

const ROUNDS = roundsOr(6)
const TEST_MS_MAX = 120_000
const clock = createClock()
const never = new AbortController().signal
const atOnce = async () => undefined

let folder = ''
let engine: ClickHouseConnection
/** Ledgers of two instances in one store. */
const own = new Map<string, Own>()

interface Own {
  readonly origin: string
  readonly store: Store
  readonly ledger: Ledger
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-stated-'))
  engine = openChdb(join(folder, 'store'))
  for (const origin of ['first', 'second']) {
    const location = { dataDirectory: join(folder, 'store') }
    const store = await openStore({ location, origin, clock })
    const dataDirectory = join(folder, origin)
    own.set(origin, {
      ...{ origin, store },
      ledger: await openLedger({ origin, writer: store.writer, dataDirectory }),
    })
  }
})

afterAll(async () => {
  for (const { ledger, store } of own.values()) {
    await ledger.close()
    await store.close()
  }
  await engine?.close()
  await rm(folder, { recursive: true, force: true })
})

function ownOf(origin = 'first'): Own {
  const found = own.get(origin)
  if (found === undefined) throw new Error(`no ledger ${origin}`)
  return found
}

const NO_RUN: StatementRun = { finishedAt: formatTimestamp(0), coveredTo: 0 }

/** What a server has after a start; its checkpoints are over everything that is on disk. */
function statementsOf({ origin, store, ledger }: Own, earlier = NO_RUN): LedgerStatements {
  const note = { text: '', signatures: [] }
  const latest = () => ({ ...ledger.durableHead(), logName: origin, text: '', note })
  const covering = async (seq: number) => {
    await ledger.whenReadable(seq + 1)
    return latest()
  }
  return createLedgerStatements({
    ...{ origin, ledger, clock, earlier, append: ledger.append, leaves: store.tenantLeaves },
    checkpoints: { latest, covering },
    save: async () => undefined,
  })
}

async function append({ ledger }: Own, tenants: readonly string[]): Promise<void> {
  if (tenants.length === 0) return
  const source = { kind: 'test', name: 'test' }
  const drafts = tenants.map((tenant) =>
    parseReportedEvent(
      { action: 'image.push', message: `“${tenant}” \n`, details: { tenant } },
      { receivedMicros: clock(), tenant, source, anyTenant: false },
    ),
  )
  await ledger.append({ drafts })
}

async function eventsOf(tenant: string, { origin, store, ledger }: Own): Promise<StoredEvent[]> {
  await ledger.whenReadable()
  const filter = { tenants: [tenant], conditions: [] }
  return [...(await store.reader.tail({ filter, origin, afterSeq: -1, limit: 100_000 }))]
}

/** The statements of a tenant, each compared with its events. */
async function checkedStatements(tenant: string, of: Own): Promise<readonly StatedRange[]> {
  const events = await eventsOf(tenant, of)
  const statements = events.flatMap((event) => statedRange(event) ?? [])
  let before: StatedRange | undefined
  for (const one of statements) {
    const inRange = events.filter(({ seq }) => seq >= one.from && seq < one.to)
    const leaves = inRange.map(({ event }) => referenceLeaf(event))
    expect(one).toEqual({
      ...{ tenant, seq: one.seq, to: one.to },
      from: before?.to ?? 0,
      previous: before?.seq ?? null,
      count: inRange.length,
      rootHash: referenceRoot(leaves).toString('hex'),
    })
    // Something other than a statement happened.
    expect(inRange.some(({ event }) => !isStatement(event))).toBe(true)
    before = one
  }
  return statements
}

const tenants = fc.constantFrom('ta', 'tb', 'tc')
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.array(tenants, { maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('state ta', 'state tb', 'state all', 'restart') },
)

test('statements adjoin from seq 0 on, and state the events of their tenant alone', async () => {
  const steps = fc.array(anyStep, { minLength: 4, maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom('first', 'second'), async (taken, origin) => {
      const of = ownOf(origin)
      let statements = statementsOf(of)
      for (const step of taken) {
        if (typeof step !== 'string') await append(of, step)
        else if (step === 'restart') statements = statementsOf(of, statements.latestRun())
        else if (step === 'state all') await statements.stateAll(atOnce, never)
        else await statements.state(step.slice('state '.length))
      }
      for (const tenant of ['ta', 'tb', 'tc']) await checkedStatements(tenant, of)
    }),
    { numRuns: ROUNDS },
  )
}, 600_000)

test(
  'a run over all tenants states every event once, and then nothing',
  async () => {
    const of = ownOf()
    const statements = statementsOf(of)
    await of.ledger.whenReadable()
    await statements.stateAll(atOnce, never)
    await append(of, ['ta', 'td', 'ta', 'te'])
    await of.ledger.whenReadable()
    const { coveredTo } = await statements.stateAll(atOnce, never)
    for (const tenant of ['ta', 'td', 'te']) {
      const [last] = (await checkedStatements(tenant, of)).slice(-1)
      expect([tenant, last?.to]).toEqual([tenant, coveredTo])
    }
    await of.ledger.whenReadable()
    const { size } = of.ledger.status()
    expect(size).toBe(coveredTo + 3)
    await statements.stateAll(atOnce, never)
    await statementsOf(of).stateAll(atOnce, never)
    expect(of.ledger.status().size).toBe(size)
  },
  TEST_MS_MAX,
)

test(
  'without events since, the last statement is answered; without any, none',
  async () => {
    const of = ownOf()
    const statements = statementsOf(of)
    await append(of, ['ta'])
    const made = await statements.state('ta')
    expect(made?.isNew).toBe(true)
    expect(await statements.state('ta')).toEqual({ event: made?.event, isNew: false })
    expect(await statementsOf(of).state('ta')).toEqual({ event: made?.event, isNew: false })
    expect(await statements.state('nobody')).toBeUndefined()
  },
  TEST_MS_MAX,
)

test(
  'of two that begin at the same place, the ledger keeps one',
  async () => {
    const of = ownOf()
    // One is what memory held before a crash, or before a write whose outcome was not known.
    const [stale, current] = [statementsOf(of), statementsOf(of)]
    await append(of, ['ta'])
    await stale.state('ta')
    await append(of, ['ta', 'ta'])
    await current.state('ta')
    await append(of, ['ta'])
    const answer = await stale.state('ta')
    const statements = await checkedStatements('ta', of)
    expect(statements.at(-1)?.seq).toBe(answer?.event.seq)
    await stale.state('ta')
    await current.state('ta')
    await checkedStatements('ta', of)
  },
  TEST_MS_MAX,
)

test('a statement goes through many windows, with few events or many in each', async () => {
  const of = ownOf('second')
  const statements = statementsOf(of)
  const bulk = Array.from({ length: 5_000 }, (_, index) => (index % 2_500 === 0 ? 'few' : 'many'))
  for (let sent = 0; sent < 2.2 * WINDOW_EVENTS; sent += bulk.length) {
    await append(of, bulk)
    await of.ledger.whenReadable()
  }
  let windows = 0
  await of.ledger.whenReadable()
  await statements.stateAll(async () => {
    windows += 1
  }, never)
  expect(windows).toBeGreaterThanOrEqual(4)
  for (const tenant of ['few', 'many']) {
    expect((await checkedStatements(tenant, of)).length).toBeGreaterThan(0)
  }
}, 300_000)

test(
  'nothing is stated over a seq that has no event, or over a row that was changed',
  async () => {
    const of = ownOf()
    const statements = statementsOf(of)
    await append(of, ['lost', 'kept', 'lost'])
    await of.ledger.whenReadable()
    const { size } = of.ledger.status()
    const isLost = `${OWN} AND seq = ${size - 3}`
    await keepRows()
    const damaged = { code: 'store.damaged' }

    await storeRows(COLUMNS, `NOT (${isLost})`)
    await expect(statementsOf(of).state('kept')).rejects.toMatchObject(damaged)
    await expect(statementsOf(of).stateAll(atOnce, never)).rejects.toMatchObject(damaged)

    const changed = `if(${isLost}, concat(shape, '\\0'), shape) AS shape`
    await storeRows(COLUMNS.replace('shape', changed), 'true')
    await expect(statementsOf(of).state('lost')).rejects.toMatchObject(damaged)
    // Others have their statements all the same.
    await expect(statementsOf(of).stateAll(atOnce, never)).rejects.toMatchObject(damaged)
    expect(await checkedLast('kept', of)).toMatchObject({ to: size })

    const stated = `SELECT ${COLUMNS} FROM events WHERE seq >= ${size} AND ${OWN}`
    await engine.command({ sql: `INSERT INTO kept ${stated}` })
    await storeRows(COLUMNS, 'true')
    expect(await statements.state('lost')).toMatchObject({ isNew: true })
    expect(await checkedLast('lost', of)).toMatchObject({ from: 0, count: 2 })
  },
  TEST_MS_MAX,
)

/** Copies the rows of all ledgers, to be stored anew by `storeRows`. */
async function keepRows(): Promise<void> {
  await engine.command({ sql: 'CREATE OR REPLACE TABLE kept AS events ENGINE = Memory' })
  await engine.command({ sql: `INSERT INTO kept SELECT ${COLUMNS} FROM events` })
}

async function storeRows(columns: string, where: string): Promise<void> {
  await engine.command({ sql: 'TRUNCATE TABLE events' })
  const select = `SELECT ${columns} FROM kept WHERE ${where}`
  await engine.command({ sql: `INSERT INTO events (${COLUMNS}) ${select}` })
}

async function verified({ ledger, store }: Own): Promise<LedgerFindings> {
  await ledger.whenReadable()
  const signed = ledger.durableHead()
  const statements = new StatementVerification(store.tenantLeaves, signed.size)
  const run = verifyLedger({
    ...{ leaves: statements.watch(store.leaves), signed, unsaved: ledger.unsavedTiles },
    lastLeaves: ledger.lastLeaves(signed.size),
  })
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  return withStatements(step.value, statements.findings)
}

test(
  'statements that were made are true of the rows, however few are held at once',
  async () => {
    for (const of of own.values()) {
      expect(await verified(of)).toMatchObject({ count: 0, isSignedRoot: true })
      const { size } = of.ledger.status()
      const statements = new StatementVerification(of.store.tenantLeaves, size, 1)
      const leaves = statements.watch(of.store.leaves)
      for (let start = 0; start < size; start += 500) {
        await leaves.rows({ start, end: Math.min(size, start + 500) })
      }
      expect(statements.findings.count).toBe(0)
    }
  },
  TEST_MS_MAX,
)

test(
  'a removed row is missing from what its tenant was stated to have',
  async () => {
    const of = ownOf()
    await append(of, ['short', 'short', 'short'])
    const made = await statementsOf(of).state('short')
    await of.ledger.whenReadable()
    await keepRows()
    const [, second] = await eventsOf('short', of)
    await storeRows(COLUMNS, `NOT (${OWN} AND seq = ${second?.seq})`)
    const found = await verified(of)
    expect(verdictOf(found)).toBe('missing')
    expect(found.findings.map((finding) => findingText(finding, 'first'))).toEqual([
      `event ${second?.seq} of first is missing`,
      `statement ${made?.event.seq} about tenant short, seqs 0 to ${(second?.seq ?? 0) + 1}: ` +
        '2 of the 3 events that are stated',
    ])
    await storeRows(COLUMNS, 'true')
    expect((await verified(of)).count).toBe(0)
  },
  TEST_MS_MAX,
)

test(
  'a statement that is not true is found, though it is signed as it is',
  async () => {
    const of = ownOf('second')
    const { origin, ledger } = of
    const tenants = ['more', 'fewer', 'other', 'apart']
    await append(of, [...tenants, ...tenants, ...tenants])
    const { size } = ledger.status()
    const told: Readonly<Record<string, Partial<Statement>>> = {
      more: { count: 4 },
      fewer: { count: 2 },
      other: { rootHash: '0'.repeat(64) },
      apart: { from: 1 },
    }
    for (const [tenant, lie] of Object.entries(told)) {
      const leaves = (await eventsOf(tenant, of)).map(({ event }) => referenceLeaf(event))
      const rootHash = referenceRoot(leaves).toString('hex')
      const statement = { from: 0, to: size, count: 3, rootHash, previous: null, ...lie }
      const event = statementEvent(tenant, origin, statement)
      await ledger.append({ drafts: [ownDraft(event, { origin, clock })] })
    }
    const found = await verified(of)
    expect(found).toMatchObject({
      isSignedRoot: true,
      findings: [
        { tenant: 'more', what: 'lacking', found: 3 },
        { tenant: 'fewer', what: 'statement', problem: 'count' },
        { tenant: 'other', what: 'statement', problem: 'root' },
        { tenant: 'apart', what: 'statement', problem: 'range' },
      ],
    })
    expect(verdictOf(found)).toBe('missing')
  },
  TEST_MS_MAX,
)

async function checkedLast(tenant: string, of: Own): Promise<StatedRange | undefined> {
  return (await checkedStatements(tenant, of)).at(-1)
}

const OWN = "origin = 'first'"
const COLUMNS =
  'origin, seq, id, time, received, tenant, shape, actor, client_ip, client_user_agent, ' +
  'target_namespace, target_repository, target_tag, digest, texts, request'
