import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLedger } from '../../src/ledger/open-ledger.ts'
import { draft } from '../support/faulty-ledger.ts'
import { collect, type StoreHarness } from '../support/store-harness.ts'

/** Months that a clock shows, one after the other: over the end of a year, and back. */
const MONTHS = ['2026-11', '2026-11', '2026-12', '2027-01', '2026-10', '2026-11', '2199-12']

export function describeClockJumps(harness: () => StoreHarness): void {
  test('a clock that jumps over months and back leaves each event in its place, once', async () => {
    const { store, origin } = await harness().open()
    const dataDirectory = await mkdtemp(join(tmpdir(), 'waybill-clock-'))
    const open = () => openLedger({ origin, writer: store.writer, dataDirectory })
    const draftAt = (month: string, index: number) => {
      const receivedMicros = Date.parse(`${month}-28T23:59:59.${100 + index}Z`) * 1000
      return draft(`clock ${index}`, undefined, receivedMicros)
    }
    try {
      const drafts = MONTHS.map(draftAt)
      const first = await open()
      await Promise.all(drafts.slice(0, 5).map((one) => first.append({ drafts: [one] })))
      await first.close()
      const second = await open()
      await Promise.all(drafts.slice(5).map((one) => second.append({ drafts: [one] })))
      await second.whenReadable()
      const { rootHash } = second.status()
      await second.close()
      const third = await open()
      expect(third.status()).toMatchObject({ size: MONTHS.length, rootHash })
      // Other tests left ledgers without a tree in the same store.
      expect(third.status().contradiction ?? '').not.toMatch(
        new RegExp(`ledger ${origin}:|the journal|do not give`),
      )
      await third.close()
      const texts = await collect(store.writer.canonicalFrom(0))
      expect(texts).toEqual(drafts.map(({ canonical }) => canonical))
    } finally {
      await rm(dataDirectory, { recursive: true })
    }
  })
}
