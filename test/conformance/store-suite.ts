import { afterAll, beforeAll, describe } from 'vitest'
import type { StoreHarness, StoreHarnessFactory } from '../support/store-harness.ts'
import { describeModel } from './store-against-model.ts'
import { describeCalendar } from './store-calendar.ts'
import { describeClockJumps } from './store-clock-jumps.ts'
import { describeConnection } from './store-connection.ts'
import { describeCounting } from './store-counting.ts'
import { describeExports } from './store-exports.ts'
import { describeIndexes } from './store-indexes.ts'
import { describeLedgerSide } from './store-ledger-side.ts'
import { describePages } from './store-pages.ts'
import { describeRecords } from './store-records.ts'
import { describeRoundTrip } from './store-round-trip.ts'
import { describeWholeStore } from './store-whole.ts'

/**
 * The contract of a store (EventReader, EventWriter, RecordStore), as tests that every kind of
 * connection has to pass. `factory` makes an empty store; each suite uses one throughout, and each
 * test tenants or origins of its own.
 */
export function registerStoreConformance(name: string, factory: StoreHarnessFactory): void {
  describe(`a store on ${name}`, () => {
    let harness: StoreHarness | undefined
    beforeAll(async () => {
      harness = await factory()
    })
    afterAll(async () => {
      await harness?.close()
    })
    const current = (): StoreHarness => {
      if (harness === undefined) throw new Error('the store did not open')
      return harness
    }
    describeConnection(current)
    describeRoundTrip(current)
    describePages(current)
    describeCounting(current)
    describeCalendar(current)
    describeModel(current, 2)
    describeExports(current)
    describeIndexes(current)
    describeLedgerSide(current)
    describeClockJumps(current)
    describeRecords(current)
    // Last, as it reads what all the others stored.
    describeWholeStore(current)
  })
}
