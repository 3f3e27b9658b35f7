import { Readable } from 'node:stream'
import type { StoredEvent } from '../../core/event.ts'
import type { EventFilter, EventReader } from '../../core/query.ts'
import { CSV_HEADER, presentCsvLine } from './present.ts'
import type { WallClock } from './wall-clock.ts'

/**
 * `GET /log/export`: the whole log as CSV, oldest first, in constant memory. Destroying the stream
 * ends the reading of the store.
 *
 * Resolves once the first events are there, so that a store that cannot answer is an error and not
 * a file that ends too early.
 */
export async function exportLog(
  filter: EventFilter,
  { events, wallClock }: { readonly events: EventReader; readonly wallClock: WallClock },
): Promise<Readable> {
  const batches = events.stream(filter, 'oldest')[Symbol.asyncIterator]()
  const first = await batches.next()
  const csv = Readable.from(csvOf(first, batches, wallClock), { objectMode: false })
  // Not a `finally` of the generator: one that was never asked for anything never runs.
  csv.once('close', () => {
    batches.return?.().catch(() => undefined)
  })
  return csv
}

async function* csvOf(
  first: IteratorResult<readonly StoredEvent[]>,
  batches: AsyncIterator<readonly StoredEvent[]>,
  wallClock: WallClock,
): AsyncGenerator<string> {
  yield CSV_HEADER
  for (let batch = first; batch.done !== true; batch = await batches.next()) {
    yield batch.value.map(({ event }) => presentCsvLine(event, wallClock)).join('')
  }
}
