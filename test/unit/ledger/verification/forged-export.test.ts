import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { canonicalJson } from '../../../../src/core/event/canonical-json.ts'
import { CompactTree } from '../../../../src/ledger/tree/compact-tree.ts'
import { hashOver, leafHash } from '../../../../src/ledger/tree/merkle-tree.ts'
import { verifyFolder } from '../../../../src/ledger/verification/verify-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-forged-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SIZE = 700

const eventOf = (seq: number, name = 'alice') => ({
  ...{ action: 'image.push', tenant: 'default', source: { kind: 'test', name: 'test' } },
  ...{ actor: { name }, details: { number: seq } },
})
const leafOf = (seq: number, name?: string) =>
  Buffer.from(leafHash(canonicalJson(eventOf(seq, name))))
const LEAVES = Array.from({ length: SIZE }, (_, seq) => leafOf(seq))
const groupOf = (index: number) => Buffer.concat(LEAVES.slice(index * 256, index * 256 + 256))

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

/** Every event of an export, in which some events are by another actor. */
async function findingsWith(forged: readonly number[], change = (line: string) => line) {
  const lines = LEAVES.map((_, seq) => {
    const event = eventOf(seq, forged.includes(seq) ? 'mallory' : 'alice')
    return `${change(JSON.stringify({ ...event, seq }))}\n`
  })
  write('events.ndjson', lines.join(''))
  const whole = new CompactTree()
  for (const leaf of LEAVES) whole.append(leaf)
  const rootHash = whole.root()
  const checkpoint = { logName: 'log', size: SIZE, rootHash, note: { text: '', signatures: [] } }
  const run = verifyFolder(folder, { ...checkpoint, text: '' })
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  return step.value
}

function writeTiles(): void {
  for (const index of [0, 1]) write(`tile/0/00${index}`, groupOf(index))
  write('tile/0/002.p/188', groupOf(2))
  write('tile/1/000.p/2', Buffer.concat([0, 1].map((index) => hashOver(groupOf(index)))))
}

test('an event with a second actor in front of its own is refused', async () => {
  writeTiles()
  const forged = (line: string) =>
    line.includes('"seq":300') ? line.replace('{', '{"actor":{"name":"mallory"},') : line
  await expect(findingsWith([], forged)).rejects.toThrow(
    'line 301 of events.ndjson has the member "actor" twice',
  )
})

test.each([300, 650])('event %d that was forged with its leaf is refused', async (seq) => {
  writeTiles()
  expect((await findingsWith([])).count).toBe(0)
  const group = Math.floor(seq / 256)
  const tile = groupOf(group)
  leafOf(seq, 'mallory').copy(tile, (seq % 256) * 32)
  write(group < 2 ? `tile/0/00${group}` : 'tile/0/002.p/188', tile)
  const { count, isSignedRoot } = await findingsWith([seq])
  expect([count > 0, isSignedRoot]).toEqual([true, false])
})
