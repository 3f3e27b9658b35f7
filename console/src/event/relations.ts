import type { EventJson } from '../api/event.ts'
import type { SearchState } from '../search/search-state.ts'
import { type FilterName, type Term, termProblem } from '../search/term.ts'
import { momentText, type TimeRange } from '../time/time-range.ts'

/** Before and after an event in which the same actor's events are related, ms. */
const AROUND_MS = 5 * 60_000

/** A search for events that have something in common with one. */
export interface Relation {
  readonly title: string
  readonly search: Pick<SearchState, 'terms' | 'range'>
}

/** The names under which sources report the request that caused an event. */
const REQUEST_NAMES = ['requestId', 'request_id', 'requestID', 'reqid', 'traceId', 'trace_id']

/** The searches that an event suggests. */
export function relationsOf(event: EventJson): readonly Relation[] {
  const { actor, target, client } = event
  const who = actor?.name ?? actor?.id ?? actor?.email
  const all: TimeRange = { kind: 'all' }
  return [
    ...relation('Same digest', all, 'target', target?.digest),
    ...relation('Same actor, 5 minutes around', around(event), 'actor', who),
    ...relation('Same request', all, 'q', requestOf(event)),
    ...relation('Same address, 5 minutes around', around(event), 'ip', client?.ip),
  ]
}

function relation(
  title: string,
  range: TimeRange,
  name: FilterName | 'q',
  value: string | undefined,
): readonly Relation[] {
  if (value === undefined) return []
  const term: Term = { name, value, isExcluded: false }
  return termProblem(term) === undefined ? [{ title, search: { terms: [term], range } }] : []
}

function around({ time }: EventJson): TimeRange {
  const millis = Date.parse(time)
  return {
    kind: 'between',
    from: momentText(millis - AROUND_MS),
    to: momentText(millis + AROUND_MS),
  }
}

/** The id of the request that caused an event, wherever in the details its source puts it. */
function requestOf({ details }: EventJson): string | undefined {
  const found = REQUEST_NAMES.map((name) => details?.[name]).find((one) => typeof one === 'string')
  const request = details?.['request']
  const nested = typeof request === 'object' && request !== null && 'id' in request && request.id
  return typeof found === 'string' ? found : typeof nested === 'string' ? nested : undefined
}
