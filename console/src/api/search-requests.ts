import { filterParameters } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { momentText, type Period } from '../time/time-range.ts'
import type { Bucket, EventJson, EventPage } from './event.ts'
import { requestJson } from './request.ts'

/** A search as the server is asked for it. */
export interface AskedSearch {
  /**
   * Names the search in the cache of answers, and to the server, which records it: its page,
   * histogram and facets share it.
   */
  readonly id: string
  readonly terms: readonly Term[]
  readonly period: Period
  readonly order: 'newest' | 'oldest'
}

/** The fields whose most frequent values are counted. */
const FACET_FIELDS = ['action', 'actor', 'namespace', 'outcome', 'source'] as const
type FacetField = (typeof FACET_FIELDS)[number]

/** The most frequent values of a field. */
export interface Facet {
  readonly field: FacetField
  readonly values: readonly { readonly value: string; readonly count: number }[]
  /** Whether only the latest events were counted, because there are too many. */
  readonly isApproximate: boolean
}

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

/** A search that has no name: equal ones of a session are recorded once. */
type UnnamedSearch = Omit<AskedSearch, 'id'> & { readonly id?: string }

/** The headers by which the server knows the requests of one search. */
function searchHeaders(id: string | undefined): Readonly<Record<string, string>> {
  return id === undefined ? {} : { 'Waybill-Search': id }
}

/** A page of the events that a search finds. */
export function readPage(
  search: UnnamedSearch,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<EventPage> {
  const parameters = searchParameters(search)
  parameters.set('order', search.order)
  parameters.set('limit', `${PAGE_EVENTS}`)
  if (cursor !== undefined) parameters.set('cursor', cursor)
  const headers = searchHeaders(search.id)
  return requestJson(`/v1/events?${parameters}`, { headers, signal })
}

/** What a histogram counts by. */
interface Counting {
  readonly interval: 'minute' | 'hour' | 'day'
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
    headers: searchHeaders(search.id),
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
    headers: searchHeaders(`${search.id}; part`),
    signal,
  })
  const first = events[0]
  return first === undefined ? undefined : Date.parse(first.time)
}

/** The most frequent values of fields among the events that a search finds. */
export async function readFacets(
  search: AskedSearch,
  signal: AbortSignal,
): Promise<readonly Facet[]> {
  const parameters = searchParameters(search)
  for (const field of FACET_FIELDS) parameters.append('field', field)
  const path = `/v1/events/facets?${parameters}`
  const { facets } = await requestJson<{ readonly facets: readonly Facet[] }>(path, {
    headers: searchHeaders(search.id),
    signal,
  })
  return facets
}

/** How many events a search finds. */
export async function readCount(search: AskedSearch, signal: AbortSignal): Promise<number> {
  const path = `/v1/events/count?${searchParameters(search)}`
  const { count } = await requestJson<{ readonly count: number }>(path, {
    headers: searchHeaders(search.id),
    signal,
  })
  return count
}

/** One event by its id. */
export function readEvent(id: string, signal: AbortSignal): Promise<EventJson> {
  return requestJson(`/v1/events/${encodeURIComponent(id)}`, { signal })
}
