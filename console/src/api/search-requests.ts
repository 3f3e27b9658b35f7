import { filterParameters } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { momentText, type Period } from '../time/time-range.ts'
import type { Bucket, EventJson, EventPage } from './event.ts'
import { requestJson } from './request.ts'

/** A search as the server is asked for it. */
export interface AskedSearch {
  /** Names the search in the cache of answers: its page, histogram and facets share it. */
  readonly id: string
  readonly terms: readonly Term[]
  readonly period: Period
  readonly order: 'newest' | 'oldest'
}

/** A field whose most frequent values are counted. */
export type FacetField = 'action' | 'actor' | 'namespace' | 'outcome'

/** The most frequent values of a field. */
export interface Facet {
  readonly field: FacetField
  readonly values: readonly { readonly value: string; readonly count: number }[]
}

/** Values of a facet. */
const FACET_VALUES = 10
/** Events of a page of the table. */
const PAGE_EVENTS = 200

/** The parameters of a search, without its order. */
export function searchParameters({
  terms,
  period,
}: Pick<AskedSearch, 'terms' | 'period'>): URLSearchParams {
  const parameters = new URLSearchParams(filterParameters(terms))
  if (period.fromMs !== undefined) parameters.set('from', momentText(period.fromMs))
  if (period.toMs !== undefined) parameters.set('to', momentText(period.toMs))
  return parameters
}

/** A page of the events that a search finds. */
export function readPage(
  search: AskedSearch,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<EventPage> {
  const parameters = searchParameters(search)
  parameters.set('order', search.order)
  parameters.set('limit', `${PAGE_EVENTS}`)
  if (cursor !== undefined) parameters.set('cursor', cursor)
  return requestJson(`/v1/events?${parameters}`, { signal })
}

/** What a histogram counts by. */
interface Counting {
  readonly interval: 'minute' | 'hour' | 'day' | 'month'
  readonly by: FacetField
}

/** How many events a search finds in each interval, by a field. */
export async function readHistogram(
  search: AskedSearch,
  { interval, by }: Counting,
  signal: AbortSignal,
): Promise<readonly Bucket[]> {
  const parameters = searchParameters(search)
  parameters.set('interval', interval)
  parameters.set('by', by)
  const path = `/v1/events/histogram?${parameters}`
  const { buckets } = await requestJson<{ readonly buckets: readonly Bucket[] }>(path, {
    signal,
  })
  return buckets
}

/** The time of the first event that a search finds, in milliseconds since 1970. */
export async function readFirstTime(
  search: AskedSearch,
  signal: AbortSignal,
): Promise<number | undefined> {
  const parameters = searchParameters(search)
  parameters.set('order', 'oldest')
  parameters.set('limit', '1')
  const { events } = await requestJson<EventPage>(`/v1/events?${parameters}`, {
    signal,
  })
  const first = events[0]
  return first === undefined ? undefined : Date.parse(first.time)
}

/** The most frequent values of a field among the events that a search finds. */
export async function readFacet(
  search: AskedSearch,
  field: FacetField,
  signal: AbortSignal,
): Promise<Facet> {
  // The API counts values by interval; the longest one gives the fewest numbers to add up.
  const buckets = await readHistogram(search, { interval: 'month', by: field }, signal)
  const counts = new Map<string, number>()
  for (const { key = '', count } of buckets) counts.set(key, (counts.get(key) ?? 0) + count)
  const values = [...counts].map(([value, count]) => ({ value, count }))
  return {
    field,
    values: values
      .filter(({ value }) => value !== '')
      .sort((one, other) => other.count - one.count)
      .slice(0, FACET_VALUES),
  }
}

/** How many events a search finds. */
export async function readCount(search: AskedSearch, signal: AbortSignal): Promise<number> {
  const path = `/v1/events/count?${searchParameters(search)}`
  const { count } = await requestJson<{ readonly count: number }>(path, {
    signal,
  })
  return count
}

/** One event by its id. */
export function readEvent(id: string, signal: AbortSignal): Promise<EventJson> {
  return requestJson(`/v1/events/${encodeURIComponent(id)}`, { signal })
}
