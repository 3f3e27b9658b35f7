import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { noteOf, parseNote } from '../../../../../src/ledger/checkpoint/signed-note.ts'
import { SigningKeys } from '../../../../../src/ledger/checkpoint/signing-keys.ts'
import { TileReader } from '../../../../../src/ledger/tiles/tile-reader.ts'
import { arrayLeaves } from '../../../../support/array-leaves.ts'
import { type CallbackServer, startCallbackServer } from '../../../../support/callback-server.ts'
import { runInProcess } from '../../../../support/damage/run-in-process.ts'
import { witnessKey } from '../../../../support/witness-key.ts'

const NOW = Math.floor(Date.now() / 1000)
const folder = mkdtempSync(join(tmpdir(), 'waybill-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tiles = new TileReader(arrayLeaves(40), () => [])
const keys = SigningKeys.make('logs.example.com/waybill')
const vkey = keys.verifierKeys()[0]?.text ?? ''
const [w1, w2] = [witnessKey('witness.example/w1'), witnessKey('witness.example/w2')]

const policyFile = join(folder, 'policy')
const POLICY = `log ${vkey}
witness w1 ${w1.key.text}
witness w2 ${w2.key.text}
group g all w1 w2
quorum g
`
writeFileSync(policyFile, POLICY)

/** A checkpoint over so many events, with cosignatures of these witnesses. */
async function note(size: number, cosigners = [w1, w2], seconds = NOW, root?: Uint8Array) {
  const rootHash = root ?? (await tiles.subtree({ start: 0, end: size }))
  const own = keys.sign({ size, rootHash })
  const { text } = parseNote(own)
  return own + cosigners.map(({ cosign }) => `${cosign(text, seconds)}\n`).join('')
}

const WHOLE = { verdict: 'consistent', events: 1, findings: [] as string[], findingCount: 0 }

let server: CallbackServer | undefined
/** What the server says of its events. */
let said = WHOLE
afterEach(async () => {
  said = WHOLE
  await server?.close()
})

/** Verifies a server that shows these checkpoints. */
async function verify(latest: string, witnessed: string | undefined, ...more: readonly string[]) {
  server = await startCallbackServer((response, nth) => {
    const url = new URL(server?.received[nth]?.path ?? '', 'http://127.0.0.1')
    const [from, to] = ['from', 'to'].map((name) => Number(url.searchParams.get(name)))
    if (url.pathname === '/v1/ledger/checkpoint') response.end(latest)
    else if (url.pathname === '/v1/ledger/key') response.end(`${vkey}\n`)
    else if (url.pathname === '/v1/ledger/time-stamps') response.end('{"timeStamps":[]}')
    else if (url.pathname === '/v1/ledger/verification') {
      response.end(`${JSON.stringify(said)}\n`)
    } else if (url.pathname === '/v1/ledger/consistency') {
      void tiles.proof({ start: 0, end: from ?? 0 }, to ?? 0).then((proof) => {
        const hashes = proof.map((hash) => Buffer.from(hash).toString('base64'))
        response.end(JSON.stringify({ hashes }))
      })
    } else if (witnessed === undefined) response.writeHead(404).end()
    else response.end(witnessed)
  })
  const options = ['--policy', policyFile, '--server', server.url, ...more]
  return await run(['verify', ...options])
}

async function run(argv: readonly string[]) {
  const outcome = await runInProcess(argv)
  return { ...outcome, verdict: outcome.lines.at(-2) }
}

test('a latest checkpoint that reaches the quorum is an anchor', async () => {
  const result = await verify(await note(30), undefined)
  expect(result).toMatchObject({ code: 0, verdict: 'consistent' })
  const at = new Date(NOW * 1000).toISOString().replace('Z', '000Z')
  expect(result.lines).toContain(`w2 cosigned 30 events at ${at}`)
  expect(result.lines).toContain('2 of 2 witnesses cosigned: the quorum is reached')
})

test('an older checkpoint that reaches it is an anchor for what continues it', async () => {
  const result = await verify(await note(30, []), await note(20))
  expect(result).toMatchObject({ code: 0, verdict: 'consistent' })
  expect(result.lines).toContain('2 of 2 witnesses cosigned: the quorum is reached')
})

test.each([
  ['no witness', []],
  ['one witness of two', [w1]],
  ['one witness twice', [w1, w1]],
])('%s is no anchor', async (_what, cosigners) => {
  const result = await verify(await note(30, cosigners), undefined)
  expect(result).toMatchObject({ code: 0, verdict: 'unanchored' })
  expect(result.lines.join()).toContain('of 2 witnesses cosigned: the quorum is not reached')
})

test("a witnessed checkpoint that the auditor's policy does not accept is no anchor", async () => {
  const result = await verify(await note(30, []), await note(20, [w1]))
  expect(result).toMatchObject({ code: 0, verdict: 'unanchored' })
})

test('a cosignature from the future counts for nothing, whatever number it holds', async () => {
  for (const seconds of [NOW + 3600, 2 ** 52]) {
    const result = await verify(await note(30, [w1, w2], seconds), undefined)
    expect(result).toMatchObject({ code: 0, verdict: 'unanchored' })
    await server?.close()
  }
  server = undefined
})

test('a ledger that does not continue what was witnessed has diverged', async () => {
  const other = await note(20, [w1, w2], NOW, Buffer.alloc(32, 1))
  expect(await verify(await note(30), other)).toMatchObject({ code: 10, verdict: 'diverged' })
})

test('an altered event that makes a ledger diverge is named', async () => {
  const finding = 'event 7 of logs.example.com/waybill was altered'
  said = { verdict: 'altered', events: 30, findings: [finding], findingCount: 1 }
  const other = await note(20, [w1, w2], NOW, Buffer.alloc(32, 1))
  const result = await verify(await note(30), other)
  expect(result).toMatchObject({ code: 11, verdict: 'altered' })
  expect(result.lines.slice(0, 2)).toEqual([
    finding,
    'the first 20 events are not those of an older checkpoint',
  ])
})

test('a ledger that is smaller than what was witnessed has diverged', async () => {
  const result = await verify(await note(20), await note(30))
  expect(result).toMatchObject({ code: 10, verdict: 'diverged' })
  expect(result.lines[0]).toBe('the ledger had 30 events, but now has 20')
})

test('a forged cosignature is a divergence, and a key that is not in the policy too', async () => {
  const forged = (await note(30)).replace(/ (\S{20})(\S)(\S+)\n$/, (_line, head, one, tail) => {
    return ` ${head}${one === 'A' ? 'B' : 'A'}${tail}\n`
  })
  expect(await verify(forged, undefined)).toMatchObject({ code: 10, verdict: 'diverged' })
  await server?.close()
  const stranger = SigningKeys.make('logs.example.com/waybill')
  const rootHash = await tiles.subtree({ start: 0, end: 30 })
  const strange = stranger.sign({ size: 30, rootHash })
  const lines = [w1, w2].map(({ cosign }) => cosign(parseNote(strange).text, NOW))
  const cosigned = noteOf(parseNote(strange).text, [
    ...parseNote(strange).signatures.map(({ line }) => line),
    ...lines,
  ])
  expect(await verify(cosigned, undefined)).toMatchObject({ code: 10, verdict: 'diverged' })
})

test('a policy without a key of the log uses the one of the server, or --key', async () => {
  const keyless = join(folder, 'keyless')
  writeFileSync(keyless, POLICY.split('\n').slice(1).join('\n'))
  const result = await verify(await note(30), undefined, '--policy', keyless)
  expect(result).toMatchObject({ code: 0, verdict: 'consistent' })
  expect(server?.received.map(({ path }) => path)).toContain('/v1/ledger/key')
})

test('a policy that cannot be read is named with its line', async () => {
  const bad = join(folder, 'bad')
  writeFileSync(bad, `${POLICY}quorum g\n`)
  const result = await run(['verify', folder, '--policy', bad])
  expect(result.code).toBe(2)
  expect(result.stderr).toContain(`${bad}: line 6: a second quorum`)
})
