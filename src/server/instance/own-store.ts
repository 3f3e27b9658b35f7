import type { Settings } from '../../config/settings.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import { openStore, type Store } from '../../store/store.ts'
import { confirmOrigin, readOrigin } from './instance-identity.ts'

/** The store of an instance, and the name of its ledger there. */
export interface OwnStore {
  readonly store: Store
  readonly origin: string
}

/**
 * Opens the configured store for the ledger of this data directory.
 *
 * @throws Error as `readOrigin` and `confirmOrigin` do; Fault as `openStore` does.
 */
export async function openOwnStore(settings: Settings, clock: Clock): Promise<OwnStore> {
  const { data: dataDirectory, store: url } = settings
  const stated = await readOrigin(dataDirectory, settings.origin)
  const origin = stated.name
  const location = url === undefined ? { dataDirectory } : { url: url.toString() }
  const store = await openStore({ location, origin, clock })
  try {
    await confirmOrigin(stated, store, { dataDirectory, isStoreShared: url !== undefined })
    return { store, origin }
  } catch (error) {
    await store.close()
    throw error
  }
}
