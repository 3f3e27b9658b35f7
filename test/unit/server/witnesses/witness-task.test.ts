import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { OwnEvent } from '../../../../src/ledger/audit-trail.ts'
import { parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { parsePolicy } from '../../../../src/ledger/policy/parse-policy.ts'
import { TileReader } from '../../../../src/ledger/tiles/tile-reader.ts'
import { WitnessRounds } from '../../../../src/ledger/witness/witness-rounds.ts'
import { witnessTask } from '../../../../src/server/witnesses/witness-task.ts'
import { arrayLeaves } from '../../../support/array-leaves.ts'
import { type CallbackServer, startCallbackServer } from '../../../support/callback-server.ts'
import { eventually } from '../../../support/eventually.ts'
import { witnessKey } from '../../../support/witness-key.ts'

const witness = witnessKey('witness.example/w1')
const keys = SigningKeys.make('logs.example.com/waybill')
const leaves = arrayLeaves(20)
const checkpoint = parseCheckpoint(keys.sign(leaves.tree.frozen().head()))
const COSIGNATURE = `${witness.cosign(checkpoint.note.text, Math.floor(Date.now() / 1000))}\n`

let server: CallbackServer
let stop = async () => {}
afterEach(async () => {
  await stop()
  await server.close()
})

/** Runs the task on a ledger that signed one checkpoint, against a witness that answers so. */
async function run(answer: (response: ServerResponse, nth: number) => void, isSaved = true) {
  server = await startCallbackServer(answer)
  const events: OwnEvent[] = []
  const log: string[] = []
  const write = (level: string) => (_fact: object, message: string) =>
    void log.push(`${level}: ${message}`)
  const rounds = new WitnessRounds({
    policy: parsePolicy(Buffer.from(`witness w1 ${witness.key.text} ${server.url}\nquorum w1\n`)),
    kept: { checkpoint: undefined, witnesses: [] },
    save: async () => {
      if (!isSaved) throw new Error('no space')
    },
    client: { userAgent: 'test', nowSeconds: () => Date.now() / 1000 },
    retryMs: 1,
  })
  const context = {
    defaultTenant: 'default',
    checkpoints: { latest: () => checkpoint, tiles: new TileReader(leaves, () => []) },
    ledger: { status: () => ({ origin: 'waybill-1' }) },
    audit: { record: async (event: OwnEvent) => void events.push(event) },
  }
  const services = {
    ...{ context, metrics: Object.create(null) },
    log: { info: write('info'), warn: write('warn'), error: write('error') },
  }
  const ending = new AbortController()
  const running = witnessTask(rounds, 0.01).run(
    Object.assign(Object.create(null), services),
    ending.signal,
  )
  stop = async () => {
    ending.abort()
    await running
  }
  const asked = (count: number) =>
    eventually(
      async () => server.received.length,
      (length) => length >= count,
      { what: `${count} requests` },
    )
  return { rounds, events, log, asked }
}

test('a witness that saw another history is one event, however often it is asked', async () => {
  const { events, log, asked } = await run((response) => void response.writeHead(422).end())
  await asked(4)
  expect(log).toEqual(['error: a witness saw another history'])
  expect(events).toMatchObject([
    {
      ...{ action: 'ledger.contradiction', level: 'error', outcome: 'failure', tenant: 'default' },
      message: 'the witness w1 saw another history of this ledger: it answered 422',
      target: { type: 'ledger', name: 'waybill-1' },
      details: { witness: { name: 'w1', verifierKey: witness.key.text, cosignedSize: 0 } },
      eventId: `witness/${witness.key.id.toString('hex')}/0`,
    },
  ])
})

test('a witness that is away is logged once, and once more when it is back', async () => {
  const { rounds, events, log } = await run((response, nth) =>
    nth < 3 ? void response.writeHead(503).end() : void response.end(COSIGNATURE),
  )
  await eventually(
    async () => log.length,
    (length) => length >= 2,
    { what: 'a witness that is back' },
  )
  expect(log).toEqual(['warn: the witness did not cosign', 'info: the witness cosigns again'])
  expect(events).toEqual([])
  expect(rounds.witnessed?.size).toBe(20)
})

test('cosignatures that cannot be saved do not end the task', async () => {
  const { rounds, log } = await run((response) => void response.end(COSIGNATURE), false)
  await eventually(
    async () => log.length,
    (length) => length >= 1,
    { what: 'a line in the log' },
  )
  expect(log[0]).toBe('error: the witnesses could not be asked; the next round tries again')
  expect(rounds.witnessed?.size).toBe(20)
})
