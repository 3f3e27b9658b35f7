import type { Readable } from 'node:stream'
import type { EventFilter, EventReader } from '../../../core/query/query.ts'
import { beginDownload } from '../../api/bodies/download.ts'
import { CSV_HEADER, presentCsvLine } from '../present.ts'
import type { WallClock } from './wall-clock.ts'

/**
 * `GET /log/export`: the whole log as CSV, oldest first, in constant memory. Destroying the stream
 * ends the reading of the store.
 */
export function exportLog(
  filter: EventFilter,
  { events, wallClock }: { readonly events: EventReader; readonly wallClock: WallClock },
): Promise<Readable> {
  return beginDownload(csvOf(filter, { events, wallClock }))
}

/** The header waits for the first events: a document that cannot begin is an error. */
async function* csvOf(
  filter: EventFilter,
  { events, wallClock }: { readonly events: EventReader; readonly wallClock: WallClock },
): AsyncGenerator<string> {
  let header = CSV_HEADER
  for await (const batch of events.stream(filter, 'oldest')) {
    yield header + batch.map(({ event }) => presentCsvLine(event, wallClock)).join('')
    header = ''
  }
  if (header !== '') yield header
}
