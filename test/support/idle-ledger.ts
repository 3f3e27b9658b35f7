import type { Ledger } from '../../src/ledger/ledger.ts'

/** What an idle ledger says of itself, for tests of what only shows it. */
export function idleStatus(
  changes: Partial<ReturnType<Ledger['status']>> = {},
): ReturnType<Ledger['status']> {
  return {
    origin: 'o',
    size: 0,
    rootHash: new Uint8Array(32),
    readableSize: 0,
    queuedEvents: 0,
    contradiction: undefined,
    behind: { events: 0, bytes: 0, seconds: 0, isFailing: false },
    journalBytes: 0,
    wasTorn: false,
    readOnly: undefined,
    hasRoom: true,
    refusedAtMs: undefined,
    ...changes,
  }
}

/** A ledger without events, which takes none. */
export function idleLedger(changes: Partial<Ledger> = {}): Ledger {
  return {
    append: () => Promise.reject(new Error('this ledger takes no events')),
    status: () => idleStatus(),
    waitForReadableOver: async (size) => size,
    whenReadable: async () => undefined,
    durableHead: () => ({ size: 0, rootHash: new Uint8Array() }),
    watchDurable: () => undefined,
    unsavedTiles: () => [],
    lastLeaves: () => undefined,
    askForRoom: () => undefined,
    close: async () => undefined,
    ...changes,
  }
}
