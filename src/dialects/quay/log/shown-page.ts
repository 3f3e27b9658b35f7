import type { StoredEvent } from '../../../core/event/event.ts'
import type { Condition, EventPage, EventReader, Position } from '../../../core/query/query.ts'
import { parseTimestamp } from '../../../core/time/timestamp.ts'
import {
  entryKindOf,
  isShown,
  kindConditions,
  type LogSelection,
  subjectFilter,
} from '../selection.ts'
import type { TimeRange } from './time-range.ts'

/** Identifies a page of a subject's log. */
export interface ShownPageQuery {
  readonly subject: LogSelection
  readonly range: TimeRange
  readonly conditions: readonly Condition[]
  /** Most events on the page, from 1. */
  readonly limit: number
  readonly after: Position | undefined
}

/**
 * The newest events that are shown in a log, and whether there are more.
 *
 * In most logs every event is shown. So the page is first read without conditions on kinds, which
 * saves the store a third of the query, and read again with them only when an event was not shown.
 */
export async function readShownPage(
  query: ShownPageQuery,
  events: Pick<EventReader, 'page'>,
): Promise<EventPage> {
  const { subject, limit } = query
  // One more than the page size: only a shown event may cause another page.
  const page = await readPage(query, [], { events, limit: limit + 1 })
  if (!page.events.every((stored) => isShownIn(subject, stored))) {
    return readPage(query, kindConditions(subject), { events, limit })
  }
  const last = page.events[limit - 1]
  const isLastPage = page.events.length <= limit || last === undefined
  return isLastPage
    ? { events: page.events }
    : { events: page.events.slice(0, limit), next: positionOf(last) }
}

function readPage(
  { subject, range, conditions, after }: ShownPageQuery,
  more: readonly Condition[],
  from: { readonly events: Pick<EventReader, 'page'>; readonly limit: number },
): Promise<EventPage> {
  return from.events.page({
    filter: subjectFilter(subject, range, [...conditions, ...more]),
    order: 'newest',
    limit: from.limit,
    ...(after !== undefined && { after }),
  })
}

function isShownIn(subject: LogSelection, { event }: StoredEvent): boolean {
  const kind = entryKindOf(event)
  return kind !== undefined && isShown(kind, subject)
}

function positionOf({ event, origin, seq }: StoredEvent): Position {
  return { timeMicros: parseTimestamp(event.time) ?? 0, origin, seq }
}
