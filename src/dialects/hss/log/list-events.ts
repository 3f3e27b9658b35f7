import type { Visibility } from '../../../access/directory/visibility.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { EventReader } from '../../../core/query/query.ts'
import type { EventParameters } from '../parameters.ts'
import { presentRow } from '../present.ts'
import { selectionOf } from '../selection.ts'

/** `GET /v5/{project_id}/container/image/events`: a page of rows, newest first, and their total. */
export async function listEvents(
  visibility: Visibility,
  parameters: EventParameters,
  events: EventReader,
): Promise<JsonObject> {
  const { fromMicros = 0, toMicros = Number.POSITIVE_INFINITY, limit, offset } = parameters
  if (fromMicros >= toMicros) return { total_num: 0, data_list: [] }
  const filter = selectionOf(visibility, parameters)
  const [total, page] = await Promise.all([
    events.count(filter),
    limit === 0 ? { events: [] } : events.page({ filter, order: 'newest', limit, skip: offset }),
  ])
  return { total_num: total, data_list: page.events.map(presentRow) }
}
