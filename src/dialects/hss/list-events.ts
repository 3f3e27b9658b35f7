import type { Visibility } from '../../access/visibility.ts'
import type { JsonObject, StoredEvent } from '../../core/event.ts'
import type { EventFilter, EventReader, Position } from '../../core/query.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import type { EventParameters } from './parameters.ts'
import { presentRow } from './present.ts'
import { type Selection, selectionOf } from './selection.ts'

/** `GET /v5/{project_id}/container/image/events`: a page of rows, newest first, and how many. */
export async function listEvents(
  visibility: Visibility,
  parameters: EventParameters,
  events: EventReader,
): Promise<JsonObject> {
  const { fromMicros = 0, toMicros = Number.POSITIVE_INFINITY } = parameters
  if (fromMicros >= toMicros) return { total_num: 0, data_list: [] }
  const { whole, parts } = selectionOf(visibility, parameters)
  const present = await presentOf(parts, events)
  const [counts, rows] = await Promise.all([
    Promise.all(present.map((filter) => events.count(filter))),
    rowsOf({ whole, parts: present }, parameters, events),
  ])
  const total = counts.reduce((sum, count) => sum + count, 0)
  return { total_num: total, data_list: rows.map(presentRow) }
}

/** The parts of whose kind there are events at all: most installations collect from no HSS. */
async function presentOf(
  parts: Selection['parts'],
  events: EventReader,
): Promise<readonly EventFilter[]> {
  if (parts.length === 1) return parts.map(({ filter }) => filter)
  const counts = await Promise.all(parts.map(({ kind }) => events.count(kind)))
  return parts.flatMap(({ filter }, index) => (counts[index] === 0 ? [] : [filter]))
}

interface Wanted {
  readonly whole: EventFilter
  readonly parts: readonly EventFilter[]
}

/** A page of all parts together; to skip rows, they have to be asked for as one. */
async function rowsOf(
  { whole, parts }: Wanted,
  { limit, offset }: EventParameters,
  events: EventReader,
): Promise<readonly StoredEvent[]> {
  if (limit === 0) return []
  const order = 'newest'
  const asked = offset > 0 && parts.length > 1 ? [whole] : parts
  const pages = await Promise.all(
    asked.map((filter) => events.page({ filter, order, limit, skip: offset })),
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
