import type { ShownLedger } from '../../ledger/checkpoint/ledger-checkpoints.ts'
import { TileReader } from '../../ledger/tiles/tile-reader.ts'
import type { Store } from '../../store/store.ts'
import { knownKeys } from '../instance/publication-files.ts'
import { completedLeaves } from './completed-leaves.ts'
import { keptCheckpoint } from './kept-checkpoints.ts'

/**
 * The ledgers of a store that this instance does not sign: of instances that share the store, and
 * those that its own succeeds. Each ends where its kept checkpoint ends; nothing is signed anew.
 */
export function openOtherLedgers(
  store: Pick<Store, 'leavesOf' | 'records'>,
): (origin: string) => Promise<ShownLedger | undefined> {
  const { records } = store
  return async (origin) => {
    const checkpoint = await keptCheckpoint(records, origin)
    if (checkpoint === undefined) return undefined
    const leaves = completedLeaves(store.leavesOf(origin))
    return {
      latest: () => checkpoint,
      tiles: new TileReader(leaves, () => []),
      // Which of them sign at present is known to the instance that does.
      verifierKeys: () => [],
      knownKeys: () => knownKeys({ records, origin }),
    }
  }
}
