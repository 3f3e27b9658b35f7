import type { RecordStore } from '../access/record-store.ts'
import type { EventReader } from '../core/query.ts'
import type { Clock } from '../core/timestamp.ts'
import type { EventWriter } from '../ledger/event-writer.ts'
import type { ClickHouseConnection } from './clickhouse/connection.ts'
import { openChdb } from './clickhouse/connection-chdb.ts'
import { openHttp } from './clickhouse/connection-http.ts'
import { createEventReader } from './clickhouse/event-reader.ts'
import { createEventWriter } from './clickhouse/event-writer.ts'
import { KnownShapes } from './clickhouse/known-shapes.ts'
import { migrate } from './clickhouse/migrate.ts'
import { OnlyTenant } from './clickhouse/only-tenant.ts'
import { openRecordStore } from './clickhouse/record-store.ts'

/** Where events live: a directory of this process (chDB), or a ClickHouse server. */
export type StoreLocation = { readonly dataDirectory: string } | { readonly url: string }

/** Where a store is and whose ledger is written there. */
export interface OpenStoreOptions {
  readonly location: StoreLocation
  /** The instance whose ledger the store's writer writes. */
  readonly origin: string
  readonly clock: Clock
}

/** How much a store holds. */
interface StoreSize {
  /** Events of all origins. */
  readonly events: number
  /** Compressed, indexes included. */
  readonly bytesOnDisk: number
}

/** An open store: events, operational state, and how much there is of them. */
export interface Store {
  readonly reader: EventReader
  readonly writer: EventWriter
  readonly records: RecordStore
  size(): Promise<StoreSize>
  /** Waits for what runs. Nothing of the store may be used afterwards. */
  close(): Promise<void>
}

/**
 * Opens a store and brings its schema up to date.
 *
 * @throws Fault `store.unavailable` when the server does not answer, or the directory cannot be
 *   opened or is open in another process.
 */
export async function openStore({ location, origin, clock }: OpenStoreOptions): Promise<Store> {
  const connection =
    'url' in location ? await openHttp(location.url) : openChdb(location.dataDirectory)
  try {
    await migrate(connection)
    const known = {
      onlyTenant: new OnlyTenant(connection),
      knownShapes: new KnownShapes(connection),
    }
    return {
      reader: createEventReader(connection, { clock, ...known }),
      writer: createEventWriter(connection, { origin, ...known }),
      records: await openRecordStore(connection),
      size: () => readSize(connection),
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function readSize(connection: ClickHouseConnection): Promise<StoreSize> {
  const rows = await connection.rows<[number, number]>({
    sql: `SELECT sumIf(rows, table = 'events'), sum(bytes_on_disk) FROM system.parts
      WHERE database = currentDatabase() AND active`,
  })
  const [events = 0, bytesOnDisk = 0] = rows[0] ?? []
  return { events, bytesOnDisk }
}
