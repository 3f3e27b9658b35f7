import type { JsonObject, StoredEvent } from '../../../core/event/event.ts'
import type { EventFilter, EventReader } from '../../../core/query/query.ts'
import type { LogQuestion } from '../parameters.ts'

/** The answer of every log. */
export interface LogAnswer {
  /** How many rows there are in all, not how many are in `data`. */
  readonly count: number
  readonly data: readonly JsonObject[]
}

/** One page of a log, newest first. Behind the last page there are no rows, and still the count. */
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
  // What was stored in between is in the rows already.
  const seen = rows.events.length === 0 ? 0 : skip + rows.events.length
  return { count: Math.max(count, seen), data: rows.events.map(present) }
}
