import type { StoredEvent } from '../core/event/event.ts'
import type { EventReader } from '../core/query/query.ts'
import type { ExportDocument } from './export-form.ts'
import type { ExportJob } from './jobs/export-job.ts'
import { ENTRIES_WRITTEN_AT_ONCE } from './limits.ts'

/** What a document is made from. */
export interface DocumentSource {
  readonly job: ExportJob
  readonly document: ExportDocument
  readonly events: Pick<EventReader, 'stream'>
  readonly signal: AbortSignal
}

/**
 * The text of a document in pieces of bounded size. `onEntries` is told how many entries there are
 * so far, each time before they are given out.
 */
export async function* documentPieces(
  { job, document, events, signal }: DocumentSource,
  onEntries: (entries: number) => void,
): AsyncIterable<string> {
  let entries = 0
  yield document.begin(job)
  for await (const batch of events.stream(document.filter(job), 'oldest')) {
    for (const some of slicesOf(batch)) {
      signal.throwIfAborted()
      const texts = some
        .map(({ event }) => document.entry(event))
        .filter((text) => text !== undefined)
      entries += texts.length
      onEntries(entries)
      yield texts.join('')
    }
  }
  yield document.end(job)
}

/** A store's batch can be large: it is not presented in one go, since requests wait meanwhile. */
function* slicesOf(batch: readonly StoredEvent[]): Iterable<readonly StoredEvent[]> {
  for (let start = 0; start < batch.length; start += ENTRIES_WRITTEN_AT_ONCE) {
    yield batch.slice(start, start + ENTRIES_WRITTEN_AT_ONCE)
  }
}
