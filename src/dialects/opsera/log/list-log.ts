import type { JsonObject, StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, EventReader } from '../../../core/query/query.ts'
import type { LogQuestion } from '../parameters.ts'

/** The answer of every log. */
export interface LogAnswer {
  /** The total number of rows, not the number in `data`. */
  readonly count: number
  readonly data: readonly JsonObject[]
}

/** One page of a log, newest first. After the last page there are no rows, but still the count. */
export async function listLog(
  filter: EventFilter,
  { limit, page }: Pick<LogQuestion, 'limit' | 'page'>,
  log: { readonly events: EventReader; readonly present: (stored: StoredEvent) => JsonObject },
): Promise<LogAnswer> {
  const { events, present } = log
  const skip = (page - 1) * limit
  const [count, rows] = await Promise.all([
    events.count(filter),
    events.page({ filter, order: 'newest', limit, skip }),
  ])
  // The rows may include events stored after the count.
  const seen = rows.events.length === 0 ? 0 : skip + rows.events.length
  return { count: Math.max(count, seen), data: rows.events.map(present) }
}
