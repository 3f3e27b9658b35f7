import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Findings, joinFindings } from '../../../../src/ledger/verification/findings.ts'
import { verifyTail } from '../../../../src/ledger/verification/verify-tail.ts'
import { type ArrayLeaves, arrayLeaves } from '../../../support/array-leaves.ts'

const SIGNED = 300
const STORED = 310
const ACCEPTED = 320

/** A ledger whose store has 310 events, 300 of them signed; the journal has those from 290 on. */
async function found(change: (leaves: ArrayLeaves, journal: Map<number, Uint8Array>) => void) {
  const { stored } = arrayLeaves(ACCEPTED)
  const journal = new Map<number, Uint8Array>()
  for (const { seq, leaf } of stored.slice(290)) if (leaf !== undefined) journal.set(seq, leaf)
  const leaves = arrayLeaves(STORED)
  change(leaves, journal)
  return await verifyTail(leaves, { fromSeq: 256, signedSize: SIGNED, storedSize: STORED, journal })
}

test('events behind the checkpoint are in the store or in the journal', async () => {
  const { events, findings } = await found(() => undefined)
  expect({ events, findings }).toEqual({ events: 20, findings: [] })
})

test('an event that is in neither is missing', async () => {
  const { findings } = await found((leaves, journal) => {
    leaves.stored.splice(303, 1)
    journal.delete(303)
    leaves.stored.splice(304, 1)
    journal.delete(315)
  })
  expect(findings).toEqual([303, 315].map((seq) => ({ what: 'missing', seq })))
})

test('an event that differs from the journal, or contradicts itself, is altered', async () => {
  const { findings } = await found((leaves) => {
    leaves.stored[302] = { seq: 302, leaf: undefined }
    leaves.stored[295] = { seq: 295, leaf: randomBytes(32) }
  })
  expect(findings).toEqual([295, 302].map((seq) => ({ what: 'altered', seq })))
})

test('an event that is there twice is named', async () => {
  const { findings } = await found((leaves) => {
    leaves.stored.push({ seq: 301, leaf: randomBytes(32) })
  })
  expect(findings).toEqual([{ what: 'added', seq: 301 }])
})

test('an event that the journal locates takes the place of the range around it', () => {
  const whole = new Findings()
  whole.add({ what: 'altered', seq: 256, endSeq: 300 })
  const last = new Findings()
  last.add({ what: 'altered', seq: 290 })
  const located = joinFindings(whole.of(300, false), last.of(20, true))
  expect(located).toMatchObject({ events: 320, isSignedRoot: false, count: 1 })
  expect(located.findings).toEqual([{ what: 'altered', seq: 290 }])
  const nothing = joinFindings(whole.of(300, false), new Findings().of(20, true))
  expect(nothing.findings).toEqual([{ what: 'altered', seq: 256, endSeq: 300 }])
})
