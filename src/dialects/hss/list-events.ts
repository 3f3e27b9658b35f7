import type { Visibility } from '../../access/visibility.ts'
import type { JsonObject, StoredEvent } from '../../core/event.ts'
import type { EventFilter, EventReader, Position } from '../../core/query.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import type { EventParameters } from './parameters.ts'
import { presentRow } from './present.ts'
import { selectionOf } from './selection.ts'

/** `GET /v5/{project_id}/container/image/events`: a page of rows, newest first, and how many. */
export async function listEvents(
  visibility: Visibility,
  parameters: EventParameters,
  events: EventReader,
): Promise<JsonObject> {
  const { fromMicros = 0, toMicros = Number.POSITIVE_INFINITY } = parameters
  if (fromMicros >= toMicros) return { total_num: 0, data_list: [] }
  const { whole, parts } = selectionOf(visibility, parameters)
  const { limit, offset } = parameters
  // The first page does not wait for the counts.
  const firstPages = offset === 0 ? pagesOf(parts, { limit, after: undefined }, events) : []
  const [counts, first] = await Promise.all([
    Promise.all(parts.map((part) => events.count(part))),
    firstPages,
  ])
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (offset === 0) return answer(total, first)
  if (limit === 0 || offset >= total) return answer(total, [])
  const filled = parts.filter((_part, index) => (counts[index] ?? 0) > 0)
  const [only = whole, second] = filled
  const filter = second === undefined ? only : whole
  const after = await events.nthPlace({ filter, order: 'newest', nth: offset })
  if (after === undefined) return answer(total, [])
  return answer(total, await pagesOf(filled, { limit, after }, events))
}

function answer(total: number, page: readonly StoredEvent[]): JsonObject {
  return { total_num: total, data_list: page.map(presentRow) }
}

/** The next rows of all parts together. */
async function pagesOf(
  parts: readonly EventFilter[],
  { limit, after }: { readonly limit: number; readonly after: Position | undefined },
  events: EventReader,
): Promise<readonly StoredEvent[]> {
  if (limit === 0) return []
  const order = 'newest'
  const more = after === undefined ? {} : { after }
  const pages = await Promise.all(
    parts.map((filter) => events.page({ filter, order, limit, ...more })),
  )
  const found = pages.flatMap((page) => page.events)
  return pages.length === 1 ? found : found.sort(newestFirst).slice(0, limit)
}

/** The order of the store: by time, origin and seq. */
function newestFirst(left: StoredEvent, right: StoredEvent): number {
  const [one, other] = [placeOf(left), placeOf(right)]
  if (one.timeMicros !== other.timeMicros) return other.timeMicros - one.timeMicros
  if (one.origin !== other.origin) return one.origin < other.origin ? 1 : -1
  return other.seq - one.seq
}

function placeOf({ event, origin, seq }: StoredEvent): Position {
  return { timeMicros: parseTimestamp(event.time) ?? 0, origin, seq }
}
