import type { JsonObject, StoredEvent } from '../../core/event.ts'
import type { EventFilter, EventReader } from '../../core/query.ts'
import type { LogQuestion } from './parameters.ts'

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
  const order = 'newest' as const
  if (page === 1) {
    const [count, rows] = await Promise.all([
      events.count(filter),
      events.page({ filter, order, limit }),
    ])
    // What was stored in between is in the rows already.
    return { count: Math.max(count, rows.events.length), data: rows.events.map(present) }
  }
  const count = await events.count(filter)
  const nth = (page - 1) * limit
  if (nth >= count) return { count, data: [] }
  const after = await events.nthPlace({ filter, order, nth })
  if (after === undefined) return { count, data: [] }
  const rows = await events.page({ filter, order, limit, after })
  return { count, data: rows.events.map(present) }
}
