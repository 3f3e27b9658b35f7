import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { TileReader } from '../../../../src/ledger/tiles/tile-reader.ts'
import { askWitness } from '../../../../src/ledger/witness/witness-client.ts'
import { arrayLeaves } from '../../../support/array-leaves.ts'
import { type CallbackServer, startCallbackServer } from '../../../support/callback-server.ts'
import { witnessKey } from '../../../support/witness-key.ts'

const NOW = 1_800_000_000
const SIZE = 70
const leaves = arrayLeaves(SIZE)
const tiles = new TileReader(leaves, () => [])
const keys = SigningKeys.make('logs.example.com/waybill')
const checkpoint = parseCheckpoint(
  keys.sign({ size: SIZE, rootHash: await tiles.subtree({ start: 0, end: SIZE }) }),
)
const witness = witnessKey('witness.example/w1')
const stranger = witnessKey('witness.example/w1')
const { text: signed } = checkpoint.note
const GOOD = `${witness.cosign(signed, NOW)}\n`

let server: CallbackServer
afterEach(() => server.close())

type Script = (response: ServerResponse, nth: number) => void

async function ask(script: Script, oldSize = 0, path = '') {
  server = await startCallbackServer(script)
  return await askWitness(
    { key: witness.key, url: new URL(`${server.url}${path}`) },
    {
      ...{ checkpoint, oldSize },
      proofFrom: (from) => tiles.proof({ start: 0, end: from }, SIZE),
    },
    {
      ...{ userAgent: 'waybill/test', nowSeconds: () => NOW, answerMsMax: 1_000 },
      signal: new AbortController().signal,
    },
  )
}

const says =
  (status: number, body: string, type = 'text/plain'): Script =>
  (response) =>
    void response.writeHead(status, { 'Content-Type': type }).end(body)
const sizes =
  (...named: readonly number[]): Script =>
  (response, nth) =>
    named[nth] === undefined
      ? void response.end(GOOD)
      : says(409, `${named[nth]}\n`, 'text/x.tlog.size')(response, nth)

test('a witness is asked as the specification says, and its cosignature is taken', async () => {
  expect(await ask(says(200, GOOD), 33, '/prefix')).toEqual({
    ...{ what: 'cosigned', line: GOOD.trimEnd(), seconds: NOW },
  })
  const proof = await tiles.proof({ start: 0, end: 33 }, SIZE)
  const lines = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`)
  expect(server.received).toMatchObject([
    {
      ...{ method: 'POST', path: '/prefix/add-checkpoint' },
      body: `old 33\n${lines.join('')}\n${checkpoint.text}`,
    },
  ])
})

test.each([
  ['the first size', 0],
  ['the present size', SIZE],
])('%s needs no proof', async (_what, oldSize) => {
  expect(await ask(says(200, GOOD), oldSize)).toMatchObject({ what: 'cosigned' })
  expect(server.received[0]?.body).toBe(`old ${oldSize}\n\n${checkpoint.text}`)
})

test('lines of other keys are skipped', async () => {
  const body = `${stranger.cosign(signed, NOW)}\n${GOOD}— other.example AAAAAAAA\n`
  expect(await ask(says(200, body))).toEqual({
    ...{ what: 'cosigned', line: GOOD.trimEnd(), seconds: NOW },
  })
})

test('a witness that names another size is asked once more, from there', async () => {
  expect(await ask(sizes(64), 33)).toMatchObject({ what: 'cosigned' })
  expect(server.received.map(({ body }) => body.split('\n')[0])).toEqual(['old 33', 'old 64'])
})

test('a witness that has not seen the log is asked from the beginning', async () => {
  expect(await ask(sizes(0), 33)).toMatchObject({ what: 'cosigned' })
  expect(server.received[1]?.body).toBe(`old 0\n\n${checkpoint.text}`)
})

test.each([
  ['a greater size', [SIZE + 1], 0, { what: 'ahead', size: SIZE + 1 }],
  ['its size with another root', [SIZE, SIZE], 0, { what: 'contradicted' }],
  ['its size with another root, as known', [SIZE], SIZE, { what: 'contradicted' }],
  ['a size that it refuses then', [50, 50], 33, { what: 'failed' }],
  ['one size after another', [50, 51], 33, { what: 'failed' }],
  ['the size that was sent', [33], 33, { what: 'failed' }],
])('a witness that names %s is asked twice at most', async (_what, named, oldSize, answer) => {
  expect(await ask(sizes(...named), oldSize)).toMatchObject(answer)
  expect(server.received).toHaveLength(named.length)
})

test.each<[string, number, string, string]>([
  ['422', 422, 'text/plain', 'contradicted'],
  ['403', 403, 'text/plain', 'refused'],
  ['404', 404, 'text/plain', 'refused'],
  ['400', 400, 'text/plain', 'failed'],
  ['500', 500, 'text/plain', 'failed'],
  ['201', 201, 'text/plain', 'failed'],
  ['409 without its type', 409, 'text/plain', 'failed'],
])('%s is told apart', async (_what, status, type, what) => {
  expect(await ask(says(status, 'bad\u001b[31m\nproof', type))).toEqual({
    ...{ what, problem: `it answered ${status}: bad [31m proof` },
  })
})

test.each(['', '5', '05\n', '-5\n', '5 \n', '5\n6\n', '9007199254740993\n', 'x\n'])(
  '%j is not a size',
  async (body) => {
    expect(await ask(says(409, body, 'text/x.tlog.size'))).toMatchObject({ what: 'failed' })
  },
)

test.each([
  ['nothing', '', 'not a cosignature'],
  ['a text', 'hello\n', 'not a cosignature'],
  ['a line without its end', GOOD.trimEnd(), 'not a cosignature'],
  ['a signature of another key', `${stranger.cosign(signed, NOW)}\n`, 'no cosignature of its key'],
  ['a forged signature', `${witness.cosign(`${signed}x\n`, NOW)}\n`, 'does not hold'],
  [
    'a signature from the future',
    `${witness.cosign(signed, NOW + 700)}\n`,
    '700 s from the present',
  ],
  ['a signature of long ago', `${witness.cosign(signed, 1)}\n`, 's from the present'],
  ['a whole note', `${checkpoint.text}${GOOD}`, 'not a cosignature'],
  ['more lines than a note has', '— a.example AAAAAAAA\n'.repeat(65), 'too many signatures'],
  ['a huge answer', '— a.example AAAAAAAA\n'.repeat(10_000), 'more than 16384 bytes'],
])('%s is not taken as a cosignature', async (_what, body, problem) => {
  const answer = await ask(says(200, body))
  expect(answer).toEqual({ what: 'failed', problem: expect.stringContaining(problem) })
})

test('a redirect is not followed', async () => {
  const answer = await ask((response, nth) =>
    nth === 0
      ? void response.writeHead(307, { Location: `${server.url}/elsewhere` }).end()
      : void response.end(GOOD),
  )
  expect(answer).toEqual({ what: 'failed', problem: 'it answered 307' })
  expect(server.received).toHaveLength(1)
})

test.each<[string, Script]>([
  ['does not answer', () => undefined],
  ['does not finish its answer', (response) => void response.write(GOOD)],
])('a witness that %s is given up after a time', async (_what, script) => {
  expect(await ask(script)).toEqual({ what: 'failed', problem: 'no answer in time' })
})

test.each<[string, Script]>([
  ['closes the connection', (response) => void response.destroy()],
  ['breaks off', (response) => void response.write(GOOD, () => response.destroy())],
])('a witness that %s has failed', async (_what, script) => {
  expect(await ask(script)).toMatchObject({ what: 'failed' })
})
