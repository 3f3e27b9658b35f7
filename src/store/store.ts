import type { RecordStore } from '../access/records/record-store.ts'
import type { EventReader } from '../core/query/query.ts'
import type { Clock } from '../core/time/timestamp.ts'
import type { EventWriter } from '../ledger/event-writer.ts'
import type { TenantLeaves } from '../ledger/statement/tenant-leaves.ts'
import type { StoredLeaves } from '../ledger/tiles/stored-leaves.ts'
import type { ClickHouseConnection } from './clickhouse/connection/connection.ts'
import { openChdb } from './clickhouse/connection/connection-chdb.ts'
import { openHttp } from './clickhouse/connection/connection-http.ts'
import { watchDamage } from './clickhouse/connection/damage-watch.ts'
import { OnlyTenant } from './clickhouse/filter/only-tenant.ts'
import { migrate } from './clickhouse/migrate.ts'
import { createEventReader } from './clickhouse/read/event-reader.ts'
import { openRecordStore } from './clickhouse/record-store.ts'
import { KnownShapes } from './clickhouse/shapes/known-shapes.ts'
import { createStoredLeaves } from './clickhouse/tree/stored-leaves.ts'
import { createTenantLeaves } from './clickhouse/tree/tenant-leaves.ts'
import { createEventWriter } from './clickhouse/write/event-writer.ts'

/** The location of events: a directory of this process (chDB), or a ClickHouse server. */
export type StoreLocation = { readonly dataDirectory: string } | { readonly url: string }

/** The location of a store and the ledger to write. */
export interface OpenStoreOptions {
  readonly location: StoreLocation
  /** The instance whose ledger the store's writer writes. */
  readonly origin: string
  readonly clock: Clock
}

/** How much a store contains. */
interface StoreSize {
  /** Events of all origins. */
  readonly events: number
  /** Compressed, including indexes. */
  readonly bytesOnDisk: number
}

/** Real checks whether a store reads and writes; both reject when it does not. */
interface StoreProbes {
  /** Reads an event, if there is one. */
  read(): Promise<unknown>
  /** Writes a record durably. */
  write(): Promise<unknown>
  /** Why stored data could not be read since the store was opened; undefined when all could. */
  damage(): string | undefined
}

/** An open store: events, operational state, and its size. */
export interface Store {
  readonly reader: EventReader
  readonly writer: EventWriter
  /** The ledger of the origin that the store was opened for, as it is on disk. */
  readonly leaves: StoredLeaves
  /** The ledger of any origin. */
  leavesOf(origin: string): StoredLeaves
  /** The same by tenants. */
  readonly tenantLeaves: TenantLeaves
  readonly records: RecordStore
  readonly probes: StoreProbes
  /** Names of table parts that the engine found damaged and left out when it opened them. */
  readonly damagedParts: readonly string[]
  size(): Promise<StoreSize>
  /** Waits for running calls. The store must not be used afterwards. */
  close(): Promise<void>
}

/**
 * Opens a store and brings its schema up to date.
 *
 * @throws Fault `store.unavailable` when the server does not answer, or the directory cannot be
 * opened or is open in another process.
 */
export async function openStore({ location, origin, clock }: OpenStoreOptions): Promise<Store> {
  const connection = watchDamage(
    'url' in location ? await openHttp(location.url) : openChdb(location.dataDirectory),
  )
  try {
    await migrate(connection)
    const known = {
      onlyTenant: new OnlyTenant(connection),
      knownShapes: new KnownShapes(connection),
    }
    const records = await openRecordStore(connection)
    return {
      reader: createEventReader(connection, { clock, ...known }),
      writer: createEventWriter(connection, { origin, ...known }),
      leaves: createStoredLeaves(connection, origin),
      leavesOf: (name) => createStoredLeaves(connection, name),
      tenantLeaves: createTenantLeaves(connection, origin),
      records,
      probes: {
        read: () => connection.rows({ sql: 'SELECT seq FROM events LIMIT 1' }),
        write: () => records.put({ kind: 'write-probe', id: origin, body: {} }),
        damage: () => connection.damage?.message,
      },
      damagedParts: await readDamagedParts(connection),
      size: () => readSize(connection),
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function readDamagedParts(connection: ClickHouseConnection): Promise<readonly string[]> {
  const rows = await connection.rows<[string]>({
    sql: `SELECT concat(table, ' ', name) AS part FROM system.detached_parts
      WHERE database = currentDatabase() AND reason LIKE '%broken%' ORDER BY part`,
  })
  return rows.map(([part]) => part)
}

async function readSize(connection: ClickHouseConnection): Promise<StoreSize> {
  const rows = await connection.rows<[number, number]>({
    sql: `SELECT sumIf(rows, table = 'events'), sum(bytes_on_disk) FROM system.parts
      WHERE database = currentDatabase() AND active`,
  })
  const [events = 0, bytesOnDisk = 0] = rows[0] ?? []
  return { events, bytesOnDisk }
}
