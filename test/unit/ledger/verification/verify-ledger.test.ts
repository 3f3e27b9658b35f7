import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { LedgerFindings } from '../../../../src/ledger/verification/findings.ts'
import { verifyLedger } from '../../../../src/ledger/verification/verify-ledger.ts'
import { type ArrayLeaves, arrayLeaves } from '../../../support/array-leaves.ts'

const SIZE = 66_000

async function found(leaves: ArrayLeaves, { isAtRest = false } = {}): Promise<LedgerFindings> {
  const { tree } = leaves
  const signed = { size: tree.size, rootHash: tree.root() }
  const lastLeaves = isAtRest ? undefined : tree.lastLeaves()
  const run = verifyLedger({ leaves, signed, unsaved: () => [], lastLeaves, isAtRest })
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  return step.value
}

test('a ledger that is as it was signed has no findings', async () => {
  for (const size of [0, 1, 255, 256, 257, 1000, SIZE]) {
    for (const isAtRest of [false, true]) {
      const { findings, isSignedRoot, events } = await found(arrayLeaves(size), { isAtRest })
      expect({ findings, isSignedRoot, events }).toEqual({
        ...{ findings: [], isSignedRoot: true, events: size },
      })
    }
  }
})

const altered = (seq: number) => ({ what: 'altered', seq })

test.each([0, 255, 256, 40_000, 65_535, 65_536, SIZE - 1])(
  'the altered event %d is named, and only that',
  async (seq) => {
    const leaves = arrayLeaves(SIZE)
    leaves.stored[seq] = { seq, leaf: randomBytes(32) }
    expect((await found(leaves)).findings).toEqual([altered(seq)])
  },
)

test('an event whose columns contradict each other is named', async () => {
  const leaves = arrayLeaves(1000)
  leaves.stored[300] = { seq: 300, leaf: undefined }
  expect((await found(leaves)).findings).toEqual([altered(300)])
})

test.each([0, 300, 999])('the removed event %d is named, and only that', async (seq) => {
  const leaves = arrayLeaves(1000)
  leaves.stored.splice(seq, 1)
  expect((await found(leaves)).findings).toEqual([{ what: 'missing', seq }])
})

test('an event that was added under the seq of another is named', async () => {
  const leaves = arrayLeaves(1000)
  leaves.stored.push({ seq: 300, leaf: randomBytes(32) })
  expect((await found(leaves)).findings).toEqual([{ what: 'added', seq: 300 }])
})

test('two events that changed places are named', async () => {
  const leaves = arrayLeaves(1000)
  const [first, second] = [leaves.stored[300]?.leaf, leaves.stored[310]?.leaf]
  leaves.stored[300] = { seq: 300, leaf: second }
  leaves.stored[310] = { seq: 310, leaf: first }
  expect((await found(leaves)).findings).toEqual([altered(300), altered(310)])
})

test('a removed event and an altered one in the same group are both named', async () => {
  const leaves = arrayLeaves(1000)
  leaves.stored[310] = { seq: 310, leaf: randomBytes(32) }
  leaves.stored.splice(300, 1)
  const { findings } = await found(leaves)
  expect(findings).toEqual([{ what: 'missing', seq: 300 }, altered(310)])
})

test('of many altered events in a group it is said which group that is', async () => {
  const leaves = arrayLeaves(1000)
  for (let seq = 300; seq < 310; seq += 1) leaves.stored[seq] = { seq, leaf: randomBytes(32) }
  expect((await found(leaves)).findings).toEqual([{ what: 'altered', seq: 256, endSeq: 512 }])
})

test.each([
  [1, 0],
  [1, 200],
  [2, 0],
])(
  'a saved hash of level %d that was changed is named, and not its events',
  async (level, index) => {
    const leaves = arrayLeaves(SIZE)
    const at = leaves.tiles.findIndex((tile) => tile.level === level && tile.index === index)
    leaves.tiles[at] = { level, index, hash: randomBytes(32) }
    const seq = index * 256 ** level
    const finding = { what: 'tile', tile: `${level}/${index}`, seq }
    expect((await found(leaves)).findings).toEqual([finding])
  },
)

test('a saved hash that is missing is named, but behind the last one at rest', async () => {
  const leaves = arrayLeaves(1000)
  leaves.tiles.splice(1, 1)
  const middle = [{ what: 'tile', tile: '1/1', seq: 256 }]
  expect((await found(leaves)).findings).toEqual(middle)
  expect((await found(leaves, { isAtRest: true })).findings).toEqual(middle)
  const cut = arrayLeaves(1000)
  cut.tiles.pop()
  expect((await found(cut)).findings).toEqual([{ what: 'tile', tile: '1/2', seq: 512 }])
  expect((await found(cut, { isAtRest: true })).findings).toEqual([])
})

test('events and their saved hash that were changed alike are noticed', async () => {
  const leaves = arrayLeaves(1024)
  const other = arrayLeaves(1024)
  const signed = { size: 1024, rootHash: leaves.tree.root() }
  other.stored[300] = { seq: 300, leaf: randomBytes(32) }
  const forged = arrayLeaves(0)
  for (const { seq, leaf } of other.stored) {
    forged.tiles.push(...forged.tree.append(leaf ?? Buffer.alloc(32)))
    forged.stored.push({ seq, leaf })
  }
  const lastLeaves = leaves.tree.lastLeaves()
  const run = verifyLedger({ leaves: forged, signed, unsaved: () => [], lastLeaves })
  let step = await run.next()
  while (step.done !== true) step = await run.next()
  expect(step.value).toMatchObject({
    isSignedRoot: false,
    findings: [{ what: 'altered', seq: 0, endSeq: 1024 }],
  })
})

test('at rest, a range is named where no hash is saved', async () => {
  const leaves = arrayLeaves(1000)
  leaves.tiles.splice(1)
  leaves.stored[300] = { seq: 300, leaf: randomBytes(32) }
  const { findings } = await found(leaves, { isAtRest: true })
  expect(findings).toEqual([{ what: 'altered', seq: 256, endSeq: 1000 }])
})
