import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Copy } from '../../support/damage/damages.ts'
import {
  OFFLINE_VERIFIER,
  type OfflineAnswer,
  OfflineVerifier,
} from '../../support/damage/offline-verifier.ts'

const NAME = 'ledger.example/one'
const SIZES = [1, 2, 255, 256, 257, 1000]

type Files = Copy
const sha256 = (...parts: Buffer[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

/** RFC 9162 §2.1.1, over all leaves each time: slow, and plainly right. */
function merkleHash(leaves: Buffer[]): Buffer {
  const [first] = leaves
  if (first === undefined) return sha256()
  if (leaves.length === 1) return first
  const k = splitAt(leaves.length)
  return sha256(Buffer.of(1), merkleHash(leaves.slice(0, k)), merkleHash(leaves.slice(k)))
}

/** RFC 9162 §2.1.3.1 */
function merklePath(m: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length <= 1) return []
  const k = splitAt(leaves.length)
  return m < k
    ? [...merklePath(m, leaves.slice(0, k)), merkleHash(leaves.slice(k))]
    : [...merklePath(m - k, leaves.slice(k)), merkleHash(leaves.slice(0, k))]
}

const splitAt = (size: number): number => 1 << (31 - Math.clz32(size - 1))

/** A long text: a regular expression that backtracks over it never ends. */
const MESSAGE = 'pushed by alice from 192.0.2.7, accepted: '.repeat(8)

/** Written out by hand: in the order of RFC 8785 as stored, in another order as exported. */
const entryOf = (seq: number): string =>
  `{"action":"image.push","details":{"1":{"n":${seq},"x":1e+30},"é":"\\u000f\\n€",` +
  `"\u{1f600}":0.002,"\ufb33":[]},"id":"${seq}","message":"${MESSAGE}"}`
const exportedOf = (seq: number): string =>
  `{"message":"${MESSAGE}","id":"${seq}","seq":${seq}, ` +
  `"details":{"\ufb33":[],"\\ud83d\\ude00":2e-3,` +
  `"\\u00e9":"\\u000F\\u000a\\u20ac","1":{"x":1E30,"n":${seq}.0}},"action":"image\\u002epush"}`

const leafOf = (seq: number): Buffer => sha256(Buffer.of(0), Buffer.from(entryOf(seq)))
const leavesOf = (size: number): Buffer[] => Array.from({ length: size }, (_, seq) => leafOf(seq))

const pair = generateKeyPairSync('ed25519')
const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)

function keyId(name: string): Buffer {
  return sha256(Buffer.from(`${name}\n`), Buffer.of(1), raw).subarray(0, 4)
}
const vkeyOf = (name: string): string =>
  `${name}+${keyId(name).toString('hex')}+${Buffer.concat([Buffer.of(1), raw]).toString('base64')}`

function note(body: string): string {
  const signature = Buffer.concat([keyId(NAME), sign(null, Buffer.from(body), pair.privateKey)])
  return `${body}\n— ${NAME} ${signature.toString('base64')}\n— other.example/w AAAAAAAA\n`
}
const checkpointOf = (leaves: Buffer[]): string =>
  note(`${NAME}\n${leaves.length}\n${merkleHash(leaves).toString('base64')}\n`)

/** Enough for these sizes: levels 0 and 1, and fewer than 1000 tiles. */
function tilesOf(leaves: Buffer[]): Map<string, Buffer> {
  const chunks = Array.from({ length: Math.ceil(leaves.length / 256) }, (_, n) =>
    leaves.slice(n * 256, n * 256 + 256),
  )
  const full = chunks.filter((chunk) => chunk.length === 256).map(merkleHash)
  const tiles = new Map(
    chunks.map((chunk, n) => [`tile/0/${nameOf(n, chunk.length)}`, Buffer.concat(chunk)]),
  )
  if (full.length > 0) tiles.set(`tile/1/${nameOf(0, full.length)}`, Buffer.concat(full))
  return tiles
}
const nameOf = (n: number, width: number): string =>
  `${String(n).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`

function mirror(size: number, hasEntries: boolean): Files {
  const leaves = leavesOf(size)
  const files = tilesOf(leaves).set('checkpoint', Buffer.from(checkpointOf(leaves)))
  for (let n = 0; hasEntries && n * 256 < size; n += 1) {
    const width = Math.min(256, size - n * 256)
    const entries = Array.from({ length: width }, (_, i) => Buffer.from(entryOf(n * 256 + i)))
    const framed = entries.flatMap((e) => [Buffer.of(e.length >> 8, e.length & 255), e])
    files.set(`tile/entries/${nameOf(n, width)}`, Buffer.concat(framed))
  }
  return files
}

/** Of the first and the middle event: only tiles that a proof reads, as a client fetches them. */
function cutOut(size: number): Files {
  const leaves = leavesOf(size)
  const seqs = [...new Set([0, size >> 1])]
  const touched = new Set(seqs.map((seq) => seq >> 8).concat((size - 1) >> 8))
  const tiles = [...tilesOf(leaves)].filter(([path]) => {
    const n = Number(/^tile\/0\/(\d+)/.exec(path)?.[1] ?? -1)
    return n < 0 ? !path.endsWith('.p/1') : touched.has(n)
  })
  const events = seqs.map((seq) => `${exportedOf(seq)}\n`).join('')
  return new Map([
    ...tiles,
    ['checkpoint', Buffer.from(checkpointOf(leaves))] as const,
    ['events.ndjson', Buffer.from(events)] as const,
  ])
}

function proof(size: number): Files {
  const leaves = leavesOf(size)
  const seq = size >> 1
  const hashes = merklePath(seq, leaves).map((hash) => `${hash.toString('base64')}\n`)
  const text = `c2sp.org/tlog-proof@v1\nindex ${seq}\n${hashes.join('')}\n${checkpointOf(leaves)}`
  return new Map([
    ['event.tlog-proof', Buffer.from(text)],
    ['event.json', Buffer.from(exportedOf(seq))],
  ])
}

let home = ''
const verifier = new OfflineVerifier()
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'verify-offline-'))
})
afterAll(async () => {
  await verifier.stop()
  await rm(home, { recursive: true })
})

const runAgain = (args: readonly string[]) => verifier.run(args)

async function verify(files: Files, vkey = vkeyOf(NAME), start = runAgain): Promise<OfflineAnswer> {
  const folder = await mkdtemp(join(home, 'x'))
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  const isProof = [...files.keys()].some((path) => path.startsWith('event.'))
  const target = isProof ? join(folder, 'event.tlog-proof') : folder
  const answer = await start([target, vkey, join(folder, 'event.json')])
  await rm(folder, { recursive: true })
  return answer
}

function run(args: readonly string[]): Promise<OfflineAnswer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [OFFLINE_VERIFIER, ...args], (error, stdout, errors) => {
      resolve({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split('\n'), errors })
    })
  })
}

const replaced = (files: Files, path: string, bytes: Buffer): Files =>
  new Map([...files, [path, bytes]])

function flipped(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)))
}

/** The line of another witness is not covered by any signature, and rightly ignored. */
const lastOf = (path: string, bytes: Buffer): number =>
  path === 'checkpoint' || path.endsWith('-proof')
    ? bytes.lastIndexOf('\n— other') - 1
    : bytes.length - 1

function* mutations(files: Files): Generator<[string, Files]> {
  const paths = [...files.keys()]
  for (const [index, path] of paths.entries()) {
    const bytes = files.get(path) ?? Buffer.of()
    const last = lastOf(path, bytes)
    for (const at of new Set([last >> 1, last]))
      yield [`flip ${at} of ${path}`, replaced(files, path, flipped(bytes, at))]
    for (const length of new Set([0, bytes.length - 1]))
      if (length >= 0 && length < bytes.length)
        yield [`cut ${path} to ${length}`, replaced(files, path, bytes.subarray(0, length))]
    yield [`pad ${path}`, replaced(files, path, Buffer.concat([bytes, Buffer.from('x')]))]
    yield [`delete ${path}`, new Map([...files].filter(([other]) => other !== path))]
    const other = paths[(index + 1) % paths.length] ?? path
    const theirs = files.get(other) ?? bytes
    if (!theirs.equals(bytes))
      yield [`swap ${path} and ${other}`, replaced(replaced(files, path, theirs), other, bytes)]
  }
}

/** Without its events or its only bundle, a small copy is a whole mirror of hashes. */
const isStillWhole = (name: string, size: number): boolean =>
  (name === 'delete events.ndjson' && size < 256) ||
  (name.startsWith('delete tile/entries') && size <= 256)

async function expectRefused(files: Files, size: number): Promise<void> {
  const left = [...mutations(files)].filter(([name]) => !isStillWhole(name, size))
  const words: Record<number, string> = {
    10: 'diverged',
    11: 'altered',
    12: 'missing',
    13: 'unreadable',
  }
  for (const [name, changed] of left) {
    const { code, lines, errors } = await verify(changed)
    expect(errors, name).toBe('')
    expect(words[code], `${name}: ${lines.join(' | ')}`).toBe(lines.at(-1))
    expect(lines.length, name).toBeGreaterThan(1)
  }
}

describe.each(SIZES)('a ledger of %i records', (size) => {
  const shapes: [string, () => Files][] = [
    ['a mirror with entries', () => mirror(size, true)],
    ['a mirror of hashes alone', () => mirror(size, false)],
    ['an export with proofs', () => cutOut(size)],
    ['a proof of one event', () => proof(size)],
  ]
  it.each(shapes)('%s is accepted, and refused after any change', async (_, make) => {
    const files = make()
    const accepted = await verify(files, vkeyOf(NAME), run)
    expect(accepted).toMatchObject({ code: 0, errors: '' })
    expect(await verify(files)).toEqual(accepted)
    await expectRefused(files, size)
  })
})

describe('what is refused besides', () => {
  const line = (seq: number): string => `${exportedOf(seq)}\n`
  const events = (...lines: string[]): Files =>
    replaced(cutOut(1000), 'events.ndjson', Buffer.from(lines.join('')))

  it.each([
    ['a seq twice', [line(0), line(500), line(0)], 11, /seq 0: /],
    ['a seq beyond the size', [line(0), line(1000)], 11, /seq 1000: /],
    ['a seq whose tile is not there', [line(0), line(600)], 12, /tile\/0\/002/],
    ['another event under a seq', [line(0).replace('"seq":0', '"seq":1')], 11, /seq 1: /],
    ['a member twice', [line(0).replace('{', '{"action":"x",')], 13, /byte 0/],
    ['a lone surrogate', [line(0).replace('\\u20ac', '\\ud800')], 13, /byte 0/],
  ] as const)('%s', async (_, lines, code, pattern) => {
    const answer = await verify(events(...lines))
    expect(answer.code, answer.lines.join(' | ')).toBe(code)
    expect(answer.lines[0]).toMatch(pattern)
  })

  it('names the first damaged record of a bundle', async () => {
    const files = mirror(1000, true)
    const path = 'tile/entries/001'
    const at = (files.get(path) ?? Buffer.of()).indexOf('"id":"300"') + 7
    const answer = await verify(replaced(files, path, flipped(files.get(path) ?? Buffer.of(), at)))
    expect(answer.lines[0]).toMatch(/^seq 300: /)
    expect(answer.code).toBe(11)
  })

  it('a key of another name, and a name that is not the origin', async () => {
    expect((await verify(mirror(2, true), vkeyOf('ledger.example/two'))).code).toBe(10)
    const renamed = note(`other\n2\n${merkleHash(leavesOf(2)).toString('base64')}\n`)
    const files = replaced(mirror(2, true), 'checkpoint', Buffer.from(renamed))
    expect((await verify(files)).code).toBe(10)
  })

  it('arguments that are no files, without a stack trace', async () => {
    for (const args of [
      [],
      ['/none'],
      ['/none', vkeyOf(NAME)],
      [OFFLINE_VERIFIER, OFFLINE_VERIFIER],
    ])
      expect(await run(args)).toMatchObject({ code: expect.any(Number), errors: '' })
    expect((await run([])).code).toBe(13)
  })

  it('reads a signature that Go made (golang.org/x/mod/sumdb/note)', async () => {
    const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    const text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your " +
      'problem is.\n\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2' +
      'pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
    const whole = await verify(new Map([['checkpoint', Buffer.from(text)]]), vkey)
    expect(whole.lines.at(-1)).toBe('unreadable')
    const changed = Buffer.from(text.replace('answer', 'Answer'))
    expect((await verify(new Map([['checkpoint', changed]]), vkey)).lines.at(-1)).toBe('diverged')
  })
})

it('accepts the partial tile of an earlier size, and refuses it when it is changed', async () => {
  const files = mirror(1000, true)
  const start = (files.get('tile/0/001') ?? Buffer.of()).subarray(0, 5 * 32)
  const more = replaced(files, 'tile/0/001.p/5', start)
  expect((await verify(more)).code).toBe(0)
  expect((await verify(replaced(more, 'tile/0/001.p/5', flipped(start, 9)))).code).toBe(11)
  expect((await verify(replaced(files, 'tile/0/004', start))).code).toBe(11)
})
