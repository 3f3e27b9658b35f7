import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { unpackTar } from 'modern-tar/fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { evidenceArchive } from '../../../../src/exports/evidence/evidence-archive.ts'
import { parseCheckpoint } from '../../../../src/ledger/checkpoint/checkpoint.ts'
import type { LedgerCheckpoints } from '../../../../src/ledger/checkpoint/ledger-checkpoints.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { TileReader } from '../../../../src/ledger/tiles/tile-reader.ts'
import { verifyFolder } from '../../../../src/ledger/verification/verify-folder.ts'
import { type ArrayLeaves, arrayLeaves } from '../../../support/array-leaves.ts'

let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'waybill-evidence-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** What an instance with these leaves publishes. */
function publishedBy(leaves: ArrayLeaves): LedgerCheckpoints {
  const keys = SigningKeys.make('example.com/log')
  const latest = parseCheckpoint(keys.sign(leaves.tree.frozen().head()))
  const refuse = () => Promise.reject(new Error('not part of an archive'))
  return {
    latest: () => latest,
    witnessed: () => undefined,
    witnesses: () => [],
    covering: async (seq) => (latest.size > seq ? latest : undefined),
    tiles: new TileReader(leaves, () => []),
    timeStamps: { get: async () => undefined, latest: async () => [] },
    verifierKeys: () => keys.verifierKeys(),
    ...{ knownKeys: refuse, addKey: refuse, retireOldKeys: refuse },
  }
}

/** The events of `arrayLeaves` as they are exported, in pieces of any length. */
async function* linesOf(seqs: readonly number[], pieceBytes: number): AsyncGenerator<Uint8Array> {
  const rest = '"source":{"kind":"api","name":"ci"},"tenant":"acme"'
  const text = Buffer.from(seqs.map((seq) => `{"event":${seq},"seq":${seq},${rest}}\n`).join(''))
  for (let start = 0; start < text.length; start += pieceBytes) {
    yield text.subarray(start, start + pieceBytes)
  }
}

async function unpacked(archive: AsyncIterable<Uint8Array>): Promise<string> {
  const folder = mkdtempSync(join(directory, 'unpacked-'))
  await pipeline(Readable.from(archive), unpackTar(folder, { strict: true }))
  return folder
}

async function verdictOn(folder: string, { latest }: LedgerCheckpoints) {
  const checkpoint = latest()
  if (checkpoint === undefined) throw new Error('nothing was signed')
  const run = verifyFolder(folder, checkpoint)
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  return step.value
}

test('an archive alone proves each of its events, whatever the pieces they came in', async () => {
  const sizes = fc.integer({ min: 1, max: 1_100 })
  const cases = sizes.chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.uniqueArray(fc.nat(size - 1), { maxLength: 20 }),
      fc.integer({ min: 1, max: 100 }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ([size, seqs, pieceBytes]) => {
      const checkpoints = publishedBy(arrayLeaves(size))
      const spool = join(directory, 'spool')
      const lines = linesOf(seqs, pieceBytes)
      const folder = await unpacked(evidenceArchive(lines, { checkpoints, directory: spool }))
      const found = await verdictOn(folder, checkpoints)
      expect(found).toMatchObject({ events: seqs.length, count: 0, isSignedRoot: true })
      expect(readdirSync(spool)).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('an archive has only the tiles around its events and the edge of the tree', async () => {
  const checkpoints = publishedBy(arrayLeaves(1_000))
  const lines = linesOf([5, 3, 300, 4], 1_000)
  const folder = await unpacked(evidenceArchive(lines, { checkpoints, directory }))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  expect(files.sort()).toEqual([
    ...['checkpoint', 'events.ndjson', 'policy'],
    ...['tile/0/000', 'tile/0/001', 'tile/0/003.p/232', 'tile/1/000.p/3'],
  ])
})

test('a saved hash that is missing ends the archive with an error, not with its mark', async () => {
  const leaves = arrayLeaves(1_000)
  leaves.tiles.length = 0
  const checkpoints = publishedBy(leaves)
  const archive = evidenceArchive(linesOf([5], 1_000), { checkpoints, directory })
  await expect(unpacked(archive)).rejects.toMatchObject({ code: 'store.damaged' })
})

test('without a checkpoint that covers the events there is an error before any byte', async () => {
  const checkpoints = publishedBy(arrayLeaves(10))
  const archive = evidenceArchive(linesOf([10], 1_000), { checkpoints, directory })
  await expect(archive.next()).rejects.toMatchObject({ code: 'store.unavailable' })
})

test('events that cannot be read to their end are an error', async () => {
  const checkpoints = publishedBy(arrayLeaves(10))
  const broken = async function* () {
    yield* linesOf([1, 2], 10)
    throw new Error('the store went away')
  }
  const archive = evidenceArchive(broken(), { checkpoints, directory })
  await expect(archive.next()).rejects.toThrow('the store went away')
})

test('a reader that goes away leaves nothing open or on disk', async () => {
  const checkpoints = publishedBy(arrayLeaves(1_000))
  const spool = join(directory, 'spool')
  const archive = evidenceArchive(linesOf([1, 700], 10), { checkpoints, directory: spool })
  expect((await archive.next()).done).toBe(false)
  await archive.return(undefined)
  expect(readdirSync(spool)).toEqual([])
})

test('an archive has the witnessed checkpoint, where that covers its events', async () => {
  const checkpoints = publishedBy(arrayLeaves(1_000))
  const older = publishedBy(arrayLeaves(600)).latest()
  const published = { ...checkpoints, witnessed: () => older }
  for (const [seq, checkpoint] of [
    [599, older],
    [600, checkpoints.latest()],
  ] as const) {
    const spool = join(directory, `spool-${seq}`)
    const lines = linesOf([seq], 1_000)
    const folder = await unpacked(
      evidenceArchive(lines, { checkpoints: published, directory: spool }),
    )
    expect(readFileSync(join(folder, 'checkpoint'), 'utf8')).toBe(checkpoint?.text)
    const found = await verdictOn(folder, { ...published, latest: () => checkpoint })
    expect(found).toMatchObject({ events: 1, count: 0, isSignedRoot: true })
    rmSync(folder, { recursive: true })
  }
})
