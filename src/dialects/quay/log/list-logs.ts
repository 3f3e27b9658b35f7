import type { Event } from '../../../core/event/event.ts'
import type { Condition } from '../../../core/query/query.ts'
import type { RequestContext } from '../../api/request-context.ts'
import type { WrittenObject } from '../entries/stored-json.ts'
import type { LogParameters } from '../parameters.ts'
import { presentEntry } from '../present.ts'
import type { LogSelection } from '../selection.ts'
import { decodePageToken, encodePageToken, type WalkPlace } from './page-token.ts'
import { readShownPage } from './shown-page.ts'
import { formatMailDate, inversionOf, readTimeRange } from './time-range.ts'

/** Entries on one page; Quay has no parameter for it. */
const PAGE_ENTRIES = 20

/** The answer of the three list operations, with the keys in Quay's order. */
export interface LogPage {
  readonly start_time: string
  /** Exclusive. */
  readonly end_time: string
  readonly logs: readonly WrittenObject[]
  /** Absent on the last page. */
  readonly next_page?: string
}

/**
 * One page of a subject's log, newest first. A `next_page` that is not for this log gives the first
 * page, as in Quay. Without dates it continues its walk, so that a client that does not repeat the
 * dates gets the same range; dates that are sent apply, as in Quay.
 */
export async function listLogs(
  subject: LogSelection,
  parameters: LogParameters,
  context: Pick<RequestContext, 'events' | 'cursors' | 'clock'>,
  present: (event: Event) => WrittenObject | undefined = presentEntry,
): Promise<LogPage> {
  const { events, cursors, clock } = context
  const place = decodePageToken(parameters.nextPage ?? '', subject, cursors)
  const startedMicros = place?.startedMicros ?? clock()
  const asked = askedFor(parameters, place)
  const range = asked.range ?? readTimeRange(parameters.dates, startedMicros, inversionOf(subject))
  const conditions = performerConditions(asked.performer)
  const page = await readShownPage(
    { subject, range, conditions, limit: PAGE_ENTRIES, after: place?.after },
    events,
  )
  const { next } = page
  return {
    start_time: formatMailDate(range.startMicros),
    end_time: formatMailDate(range.endMicros),
    logs: page.events.map(({ event }) => present(event)).filter((entry) => entry !== undefined),
    ...(next !== undefined && {
      next_page: encodePageToken(
        { startedMicros, range, performer: asked.performer, after: next },
        subject,
        cursors,
      ),
    }),
  }
}

/** The dates and performer of a page: its own parameters, or otherwise those of its walk. */
function askedFor(
  { dates, performer }: LogParameters,
  place: WalkPlace | undefined,
): Partial<WalkPlace> {
  const repeatsDates = dates.starttime !== undefined || dates.endtime !== undefined
  if (place === undefined || repeatsDates) return { performer }
  return { range: place.range, performer: performer ?? place.performer }
}

/**
 * The events of a performer, by the name that an entry shows. Quay's names have no `@`, so only a
 * name with one can be an e-mail address shown instead of a name.
 */
export function performerConditions(performer: string | undefined): readonly Condition[] {
  if (performer === undefined) return []
  const byName: Condition = { field: 'actorName', in: [performer] }
  if (!performer.includes('@')) return [byName]
  const byEmail: readonly Condition[] = [
    { field: 'actorName', in: [''] },
    { field: 'actorEmail', in: [performer] },
  ]
  return [{ anyOf: [[byName], byEmail] }]
}
