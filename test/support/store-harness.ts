import { draftOf } from '../../src/core/event/draft.ts'
import type { Event, StoredEvent } from '../../src/core/event/event.ts'
import { createClock } from '../../src/core/time/timestamp.ts'
import { requestName } from '../../src/ledger/event-writer.ts'
import type { ClickHouseConnection } from '../../src/store/clickhouse/connection/connection.ts'
import { openChdb } from '../../src/store/clickhouse/connection/connection-chdb.ts'
import { openHttp } from '../../src/store/clickhouse/connection/connection-http.ts'
import { migrate } from '../../src/store/clickhouse/migrate.ts'
import { openStore, type Store, type StoreLocation } from '../../src/store/store.ts'
import { canonicalOf } from './store-events.ts'

/** What the tests of a store need around it. */
export interface StoreHarness {
  /** Opens the store as one more instance: a ledger of its own on the same data. */
  open(): Promise<OpenedStore>
  /** The engine under the store, its schema in place. */
  connect(): Promise<ClickHouseConnection>
  close(): Promise<void>
}

export type StoreHarnessFactory = () => Promise<StoreHarness>

/** A store as one instance has it open, and the next seq of that instance's ledger. */
export class OpenedStore {
  readonly store: Store
  readonly origin: string
  #nextSeq = 0

  constructor(store: Store, origin: string) {
    this.store = store
    this.origin = origin
  }

  /** Stores events as one group, as the ledger does; answers them at their places. */
  async insert(
    events: readonly Event[],
    request?: { readonly key: string; readonly bodySha256: string },
  ): Promise<readonly StoredEvent[]> {
    const { writer } = this.store
    const name = request === undefined ? '' : requestName(request.key, request.bodySha256)
    const drafts = events.map((event) => draftOf(event, canonicalOf(event)))
    const firstSeq = this.#nextSeq
    await writer.insert({ firstSeq, rows: [writer.encode(drafts, name)] })
    this.#nextSeq += events.length
    return events.map((event, index) => ({ event, origin: this.origin, seq: firstSeq + index }))
  }
}

/** A harness over a location; each `open` is an origin of its own, closed with the harness. */
export function createStoreHarness(
  location: StoreLocation,
  close: () => Promise<void>,
): StoreHarness {
  const opened: Store[] = []
  const connected: ClickHouseConnection[] = []
  const clock = createClock()
  return {
    async open() {
      const origin = `origin-${opened.length}`
      const store = await openStore({ location, origin, clock })
      opened.push(store)
      return new OpenedStore(store, origin)
    },
    async connect() {
      const connection =
        'url' in location ? await openHttp(location.url) : openChdb(location.dataDirectory)
      connected.push(connection)
      await migrate(connection)
      return connection
    },
    async close() {
      for (const store of [...opened, ...connected]) await store.close()
      await close()
    },
  }
}

/** Gathers what a stream sends. */
export async function collect<Item>(stream: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = []
  for await (const batch of stream) items.push(...batch)
  return items
}

/** Gathers the bytes of a document as text. */
export async function collectText(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return (await collectBytes(stream)).toString()
}

export async function collectBytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}
