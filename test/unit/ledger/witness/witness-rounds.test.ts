import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Checkpoint, parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import { verifyNote } from '../../../../src/ledger/checkpoint/signed-note.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { parsePolicy } from '../../../../src/ledger/policy/parse-policy.ts'
import { TileReader } from '../../../../src/ledger/tiles/tile-reader.ts'
import { type KeptWitnesses, WitnessRounds } from '../../../../src/ledger/witness/witness-rounds.ts'
import { arrayLeaves } from '../../../support/array-leaves.ts'
import { type CallbackServer, startCallbackServer } from '../../../support/callback-server.ts'
import { witnessKey } from '../../../support/witness-key.ts'

const tiles = new TileReader(arrayLeaves(40), () => [])
const keys = SigningKeys.make('logs.example.com/waybill')
const witnesses = ['w1', 'w2', 'w3'].map((name) => witnessKey(`witness.example/${name}`))
const NOTHING: KeptWitnesses = { checkpoint: undefined, witnesses: [] }

async function checkpointAt(size: number): Promise<Checkpoint> {
  return parseCheckpoint(
    keys.sign({ size, rootHash: await tiles.subtree({ start: 0, end: size }) }),
  )
}

/** What each witness does with a request: it cosigns unless a test says otherwise. */
type Behavior = (response: ServerResponse, text: string) => void

let servers: readonly CallbackServer[] = []
let behaviors: Behavior[] = []
beforeEach(async () => {
  behaviors = witnesses.map(
    ({ cosign }) =>
      (response, text) =>
        void response.end(`${cosign(text, Math.floor(Date.now() / 1000))}\n`),
  )
  servers = await Promise.all(
    witnesses.map((_witness, index) =>
      startCallbackServer((response, nth) => {
        const body = servers[index]?.received[nth]?.body ?? ''
        const note = body.slice(body.indexOf('\n\n') + 2)
        behaviors[index]?.(response, parseCheckpoint(note).note.text)
      }),
    ),
  )
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
})

let kept = NOTHING

function open(quorum = 'group g 2 w1 w2 w3\nquorum g\n', from = NOTHING): WitnessRounds {
  kept = from
  const lines = witnesses.map(
    ({ key }, index) => `witness w${index + 1} ${key.text} ${servers[index]?.url}\n`,
  )
  return new WitnessRounds({
    policy: parsePolicy(Buffer.from(lines.join('') + quorum)),
    kept,
    save: async (now) => {
      kept = now
    },
    client: { userAgent: 'test', nowSeconds: () => Date.now() / 1000, answerMsMax: 1_000 },
    retryMs: 1,
  })
}

async function ask(rounds: WitnessRounds, size: number, latestSize = size) {
  const answers = await rounds.ask(
    {
      checkpoint: await checkpointAt(size),
      proofFrom: (from) => tiles.proof({ start: 0, end: from }, size),
      latestSize: () => latestSize,
    },
    new AbortController().signal,
  )
  return answers.map(({ witness, answer }) => `${witness.name} ${answer.what}`)
}

const down: Behavior = (response) => void response.destroy()
const oldSizes = (index: number) => servers[index]?.received.map(({ body }) => body.split('\n')[0])

test('a checkpoint that enough witnesses cosigned carries their lines and its own', async () => {
  const rounds = open()
  behaviors[2] = down
  expect(await ask(rounds, 10)).toEqual(['w1 cosigned', 'w2 cosigned', 'w3 failed'])
  const all = [...keys.verifierKeys(), ...witnesses.map(({ key }) => key)]
  const witnessed = rounds.witnessed
  if (witnessed === undefined) throw new Error('no checkpoint')
  expect(verifyNote(witnessed.note, all).map(({ key }) => key.name)).toEqual([
    ...['logs.example.com/waybill', 'witness.example/w1', 'witness.example/w2'],
  ])
  expect(rounds.cosigned(await checkpointAt(10)).text).toBe(witnessed.text)
  const later = await checkpointAt(11)
  expect(rounds.cosigned(later)).toBe(later)
  expect(rounds.states()).toMatchObject([
    { name: 'w1', size: 10, failures: 0, problem: undefined },
    { name: 'w2', size: 10, failures: 0, problem: undefined },
    { name: 'w3', size: 0, failures: 1, problem: expect.stringContaining('no answer') },
  ])
})

test('a witness that comes later adds its line, and is asked for nothing twice', async () => {
  const rounds = open()
  behaviors[2] = down
  await ask(rounds, 10)
  behaviors[2] = behaviors[0] ?? down
  await new Promise((resolve) => setTimeout(resolve, 20))
  // It answers with the line of another witness, which is not its own.
  expect(await ask(rounds, 10)).toEqual(['w3 failed'])
  behaviors[2] = (response, text) =>
    void response.end(`${witnesses[2]?.cosign(text, Math.floor(Date.now() / 1000))}\n`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(await ask(rounds, 10)).toEqual(['w3 cosigned'])
  expect(rounds.witnessed?.note.signatures).toHaveLength(4)
  expect(await ask(rounds, 10)).toEqual([])
})

test('too few witnesses leave the older checkpoint, which stays what was witnessed', async () => {
  const rounds = open()
  await ask(rounds, 10)
  behaviors[1] = down
  behaviors[2] = down
  await ask(rounds, 20)
  expect(rounds.witnessed?.size).toBe(10)
  // The cosignature that came in is shown all the same.
  expect(rounds.cosigned(await checkpointAt(20)).note.signatures).toHaveLength(2)
})

test('sizes and the witnessed checkpoint outlive the process', async () => {
  await ask(open(), 10)
  const rounds = open(undefined, kept)
  expect(rounds.witnessed?.size).toBe(10)
  expect(await ask(rounds, 10)).toEqual([])
  await ask(rounds, 25)
  expect(oldSizes(0)).toEqual(['old 0', 'old 10'])
  const stricter = open('group g all w1 w2 w3\nquorum g\n', {
    ...kept,
    checkpoint: await checkpointAt(25),
  })
  expect(stricter.witnessed).toBeUndefined()
})

test('without a quorum one cosignature makes a witnessed checkpoint', async () => {
  const rounds = open('quorum none\n')
  behaviors.fill(down)
  await ask(rounds, 10)
  expect(rounds.witnessed).toBeUndefined()
  behaviors[0] = (response, text) =>
    void response.end(`${witnesses[0]?.cosign(text, Math.floor(Date.now() / 1000))}\n`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await ask(rounds, 11)
  expect(rounds.witnessed?.size).toBe(11)
})

test('a witness that others showed a newer checkpoint has seen no other history', async () => {
  const rounds = open()
  behaviors[0] = (response) =>
    void response.writeHead(409, { 'Content-Type': 'text/x.tlog.size' }).end('12\n')
  expect(await ask(rounds, 10, 12)).toContain('w1 ahead')
  expect(rounds.states()[0]).toMatchObject({ size: 12, failures: 0, isContradicted: false })
})

test('a witness of another history is known until it cosigns again', async () => {
  const rounds = open()
  behaviors[0] = (response) =>
    void response.writeHead(409, { 'Content-Type': 'text/x.tlog.size' }).end('13\n')
  behaviors[1] = (response) => void response.writeHead(422).end()
  expect(await ask(rounds, 10, 12)).toEqual([
    ...['w1 contradicted', 'w2 contradicted', 'w3 cosigned'],
  ])
  expect(rounds.states()[0]).toMatchObject({
    ...{ failures: 1, isContradicted: true },
    problem: 'it cosigned 13 events, and 12 are signed here',
  })
  behaviors[0] = down
  await new Promise((resolve) => setTimeout(resolve, 20))
  await ask(rounds, 14)
  expect(rounds.states()[0]).toMatchObject({ failures: 2, isContradicted: true })
})

test('the greatest size that a witness names, or that is known, is read back', async () => {
  const names =
    (size: number): Behavior =>
    (response) =>
      void response.writeHead(409, { 'Content-Type': 'text/x.tlog.size' }).end(`${size}\n`)
  const rounds = open()
  await ask(rounds, 10)
  // Without an answer it is what was cosigned before.
  behaviors.fill(down)
  expect(await open(undefined, kept).readBack(await checkpointAt(8), 1_000)).toMatchObject({
    size: 10,
  })
  behaviors = [names(3), names(77), () => undefined]
  const restored = open()
  expect(await restored.readBack(await checkpointAt(8), 100)).toEqual({ size: 77, witness: 'w2' })
  expect(restored.states().map(({ size }) => size)).toEqual([3, 77, 0])
  expect(oldSizes(0)?.at(-1)).toBe('old 8')
})

test('what is not a size is not read back', async () => {
  behaviors = [
    (response) => void response.writeHead(409).end('77\n'),
    (response) => void response.writeHead(422, { 'Content-Type': 'text/x.tlog.size' }).end('77\n'),
    (response) => void response.end('77\n'),
  ]
  expect(await open().readBack(await checkpointAt(8), 1_000)).toMatchObject({ size: 0 })
})
