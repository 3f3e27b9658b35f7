import { beforeEach, describe, expect, test } from 'vitest'
import { leafHash as consoleLeaf } from '../../../../console/src/proof/merkle-proof.ts'
import type { Trust, TrustStore } from '../../../../console/src/proof/trust.ts'
import { type ProofReader, verifyEvent } from '../../../../console/src/proof/verify-event.ts'
import { SigningKeys } from '../../../../src/ledger/checkpoint/signing-keys.ts'
import { proofRanges } from '../../../../src/ledger/proof/subtree-proof.ts'
import { tlogProofText } from '../../../../src/ledger/proof/tlog-proof.ts'
import { referenceLeaf, referenceRoot } from '../../../support/reference-tree.ts'

const LOG = 'waybill.invalid/console-test'
const KEYS = SigningKeys.make(LOG)

/** Events with what canonical JSON has rules for. */
const EVENTS = Array.from({ length: 21 }, (_, seq) => ({
  action: 'image.push',
  seq,
  details: { ü: 1e21, a: [null, -0, 0.1], '\u{1f600}': 'é\u2028"\\', __proto: true },
}))
const LEAVES = EVENTS.map(({ seq: _seq, ...event }) => referenceLeaf(event))

function checkpoint(size: number, keys = KEYS, leaves = LEAVES): string {
  const rootHash = referenceRoot(leaves.slice(0, size))
  return keys.sign({ size, rootHash })
}

function hashesOf(range: { start: number; end: number }, size: number): readonly Buffer[] {
  return proofRanges(range, size).map(({ start, end }) => referenceRoot(LEAVES.slice(start, end)))
}

function readerOf(seq: number, size: number, keys = KEYS): ProofReader {
  const hashes = hashesOf({ start: seq, end: seq + 1 }, size)
  const proof = tlogProofText({ index: seq, hashes, checkpoint: checkpoint(size, keys) })
  return {
    proof: async () => proof,
    keys: async () =>
      keys
        .verifierKeys()
        .map(({ text }) => `${text}\n`)
        .join(''),
    consistency: async (from, to) =>
      hashesOf({ start: 0, end: from }, to).map((hash) => hash.toString('base64')),
  }
}

function eventAt(seq: number) {
  const event = EVENTS[seq]
  if (event === undefined) throw new Error(`no event ${seq}`)
  return event
}

let trust: Trust | undefined
const store: TrustStore = {
  read: () => trust,
  write: (next) => {
    trust = next
  },
}
beforeEach(() => {
  trust = undefined
})

test('the leaf of an entry is the one of the ledger', () => {
  expect(Buffer.from(consoleLeaf('{"a":1}'))).toEqual(referenceLeaf({ a: 1 }))
})

test('events of any tree are verified, against any tree that was seen before', async () => {
  const sizes = [1, 2, 3, 6, 8, 13, EVENTS.length]
  for (const size of sizes) {
    for (const seen of sizes) {
      const keys = KEYS.verifierKeys().map(({ text }) => text)
      trust = { keys, pinnedAt: '2026-11-30T00:00:00Z', checkpoint: checkpoint(seen) }
      const seq = (size * 7 + seen) % size
      const verdict = await verifyEvent(eventAt(seq), readerOf(seq, size), store)
      expect(verdict).toMatchObject({ kind: 'verified', index: seq, comparedSize: seen })
    }
  }
})

test('the first visit pins the key and keeps the checkpoint', async () => {
  const verdict = await verifyEvent(eventAt(3), readerOf(3, 9), store)
  expect(verdict).toMatchObject({ kind: 'verified', isFirstVisit: true })
  expect(trust).toMatchObject({
    keys: KEYS.verifierKeys().map(({ text }) => text),
    checkpoint: checkpoint(9),
  })
})

describe('a contradiction is named', () => {
  async function reasonOf(seq: number, reader: ProofReader, event: object = eventAt(seq)) {
    const verdict = await verifyEvent({ ...event, seq }, reader, store)
    return verdict.kind === 'failed' ? verdict.reason : verdict.kind
  }

  test('of an event that was changed', async () => {
    const changed = { ...eventAt(3), action: 'image.pull' }
    expect(await reasonOf(3, readerOf(3, 9), changed)).toContain('not the one in the signed ledger')
  })

  test('of another position', async () => {
    expect(await reasonOf(4, readerOf(3, 9))).toContain('proof is of event 3')
  })

  test('of another key than the pinned one, which is offered', async () => {
    await verifyEvent(eventAt(3), readerOf(3, 9), store)
    const others = SigningKeys.make(LOG)
    const verdict = await verifyEvent(eventAt(3), readerOf(3, 9, others), store)
    expect(verdict).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not signed with a key that this browser has pinned'),
      otherKeys: others.verifierKeys().map(({ text }) => text),
    })
  })

  test('of a signature that does not hold', async () => {
    const reader = readerOf(3, 9)
    const text = (await reader.proof()).replace(`${LOG}\n9\n`, `${LOG}\n10\n`)
    const forged = { ...reader, proof: async () => text }
    expect(await reasonOf(3, forged)).toContain('does not hold')
  })

  test('of a ledger that was rewritten since the last visit', async () => {
    await verifyEvent(eventAt(3), readerOf(3, 9), store)
    const others = LEAVES.with(1, referenceLeaf({ forged: true }))
    trust = trust && { ...trust, checkpoint: checkpoint(8, KEYS, others) }
    expect(await reasonOf(3, readerOf(3, 9))).toContain('contradicts the one of 8 events')
    // Nothing of the contradicting answer is remembered.
    expect(trust?.checkpoint).toBe(checkpoint(8, KEYS, others))
  })

  test('of another ledger at the same address', async () => {
    const others = SigningKeys.make('waybill.invalid/other')
    trust = {
      keys: [...KEYS.verifierKeys(), ...others.verifierKeys()].map(({ text }) => text),
      pinnedAt: '',
      checkpoint: checkpoint(5),
    }
    expect(await reasonOf(3, readerOf(3, 9, others))).toContain('this browser has seen')
  })

  test.each(['', 'no proof', 'c2sp.org/tlog-proof@v1\nindex 3\nAA==\n\nx'])(
    'of a proof that cannot be read: %j',
    async (text) => {
      const reader = { ...readerOf(3, 9), proof: async () => text }
      expect(await reasonOf(3, reader)).not.toBe('verified')
    },
  )
})

test('a reader without ledger:read gets no verdict, or one without comparison', async () => {
  const denied = { keys: async () => undefined, consistency: async () => undefined }
  const verdict = await verifyEvent(eventAt(3), { ...readerOf(3, 9), ...denied }, store)
  expect(verdict).toMatchObject({
    kind: 'unproven',
    reason: expect.stringContaining('ledger:read'),
  })
  await verifyEvent(eventAt(3), readerOf(3, 9), store)
  const later = await verifyEvent(eventAt(4), { ...readerOf(4, 12), ...denied }, store)
  expect(later).toMatchObject({ kind: 'verified', isUncompared: true })
})
