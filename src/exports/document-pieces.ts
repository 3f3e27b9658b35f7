import type { StoredEvent } from '../core/event/event.ts'
import type { EventReader } from '../core/query/query.ts'
import type { ExportDocument } from './export-form.ts'
import type { ExportJob } from './jobs/export-job.ts'
import { ENTRIES_WRITTEN_AT_ONCE } from './limits.ts'

/** The parts of a document. */
export interface DocumentSource {
  readonly job: ExportJob
  readonly document: ExportDocument
  readonly events: Pick<EventReader, 'stream'>
  readonly signal: AbortSignal
  /** Called with the events of the document, in its order, before their text is yielded. */
  readonly onEvents?: ((events: readonly StoredEvent[]) => Promise<void>) | undefined
}

/**
 * The text of a document in pieces of bounded size. `onEntries` is called with the number of
 * entries so far, each time before these entries are yielded.
 */
export async function* documentPieces(
  { job, document, events, signal, onEvents }: DocumentSource,
  onEntries: (entries: number) => void,
): AsyncIterable<string> {
  let entries = 0
  yield document.begin(job)
  for await (const batch of events.stream(document.filter(job), 'oldest')) {
    for (const some of slicesOf(batch)) {
      signal.throwIfAborted()
      const texts: string[] = []
      const written: StoredEvent[] = []
      for (const stored of some) {
        const text = document.entry(stored.event)
        if (text === undefined) continue
        texts.push(text)
        written.push(stored)
      }
      await onEvents?.(written)
      entries += texts.length
      onEntries(entries)
      yield texts.join('')
    }
  }
  yield document.end(job)
}

/** Splits a store's batch, which can be large, so that requests are answered in between. */
function* slicesOf(batch: readonly StoredEvent[]): Iterable<readonly StoredEvent[]> {
  for (let start = 0; start < batch.length; start += ENTRIES_WRITTEN_AT_ONCE) {
    yield batch.slice(start, start + ENTRIES_WRITTEN_AT_ONCE)
  }
}
