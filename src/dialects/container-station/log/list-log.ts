import type { JsonObject } from '../../../core/event/event.ts'
import type { EventFilter, EventReader } from '../../../core/query/query.ts'
import type { LogParameters } from '../parameters.ts'
import { presentRow } from '../present.ts'
import { narrowed } from '../selection.ts'
import type { WallClock } from './wall-clock.ts'

/** `GET /log`: the matching rows, newest first. */
export async function listLog(
  log: EventFilter,
  parameters: LogParameters,
  { events, wallClock }: { readonly events: EventReader; readonly wallClock: WallClock },
): Promise<readonly JsonObject[]> {
  const { limit, offset } = parameters
  if (limit === 0) return []
  const filter = narrowed(log, parameters, wallClock)
  const page = await events.page({ filter, order: 'newest', limit, skip: offset })
  return page.events.map((stored) => presentRow(stored, wallClock))
}
