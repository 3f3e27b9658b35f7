import { Fault } from '../../../core/errors.ts'
import type { EventFilter } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import { type EventJson, eventJson } from './event-json.ts'
import { refuseForeignPosition } from './ledger-position.ts'

/** A query for the events that arrived after a position in the ledger. */
export interface SinceQuery {
  readonly filter: EventFilter
  /** Most events in the answer, from 1. */
  readonly limit: number
  readonly after?: number | undefined
  readonly origin?: string | undefined
  /** `next` of the previous page. */
  readonly cursor?: string | undefined
}

/** Events in ledger order. */
export interface EventsSince {
  readonly events: EventJson[]
  /** The seq up to which every matching event was returned: `after` for the next query. */
  readonly after: number
  readonly origin: string
  /** Present when more events match now. */
  readonly next?: string
}

/**
 * The events of this instance's ledger after a position, in ledger order, including late events
 * with any time.
 *
 * @throws Fault `query.position` for a position that the ledger does not have; `query.cursor`.
 */
export async function eventsSince(
  { events: reader, ledger, cursors }: RequestContext,
  query: SinceQuery,
): Promise<EventsSince> {
  const { filter, limit } = query
  const queryText = `seq\n${JSON.stringify(filter)}`
  const position = startOf(query, (text) => cursors.decode(text, 'oldest', queryText))
  refuseForeignPosition(position, ledger)
  const { origin, size } = ledger.status()
  const { afterSeq } = position
  // One event more than the answer shows whether more follow.
  const found = await reader.tail({ filter, origin, afterSeq, limit: limit + 1 })
  const answered = found.slice(0, limit)
  const lastSeq = answered.at(-1)?.seq ?? afterSeq
  const events = answered.map(eventJson)
  if (found.length === answered.length) {
    // All events below `size` were searched, so no others up to there match.
    return { events, after: Math.max(lastSeq, size - 1), origin }
  }
  const next = cursors.encode({ timeMicros: 0, origin, seq: lastSeq }, 'oldest', queryText)
  return { events, after: lastSeq, origin, next }
}

function startOf(
  { after, origin, cursor }: SinceQuery,
  decode: (text: string) => { readonly origin: string; readonly seq: number },
) {
  if (cursor === undefined) return { afterSeq: after ?? -1, origin }
  if (after !== undefined) {
    const problems = [{ path: 'after', expected: 'no `after` with a `cursor`' }]
    throw new Fault('request.invalid', { problems })
  }
  const place = decode(cursor)
  return { afterSeq: place.seq, origin: place.origin }
}
