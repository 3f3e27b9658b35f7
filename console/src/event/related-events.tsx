import { Skeleton } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { EventJson } from '../api/event.ts'
import { readPage } from '../api/search-requests.ts'
import { serverNow } from '../api/server-clock.ts'
import { DEFAULT_SEARCH, type SearchState, writeSearch } from '../search/search-state.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { VisibleText } from '../shell/visible-text.tsx'
import { Outcome, targetText } from '../table/event-cells.tsx'
import { periodOf } from '../time/time-range.ts'
import { rowTime } from '../time/time-text.ts'
import { relationsOf } from './relations.ts'

/** Events shown of each relation; a search shows all. */
const SHOWN_EVENTS = 6

/** What else happened: to the same digest, by the same actor, in the same request, from there. */
export function RelatedEvents({ event }: { readonly event: EventJson }) {
  const relations = relationsOf(event)
  if (relations.length === 0) {
    return <p className="quiet">The event names no actor, digest, request or address.</p>
  }
  return (
    <div className="related">
      {relations.map(({ title, search }) => (
        <Relation key={title} title={title} search={{ ...DEFAULT_SEARCH, ...search }} of={event} />
      ))}
    </div>
  )
}

function Relation({
  title,
  search,
  of,
}: {
  readonly title: string
  readonly search: SearchState
  readonly of: EventJson
}) {
  const query = writeSearch(search)
  const { data, error, refetch } = useQuery({
    queryKey: ['related', query],
    queryFn: ({ signal }) => {
      const period = periodOf(search.range, serverNow())
      return readPage({ terms: search.terms, period, order: 'newest' }, undefined, signal)
    },
    staleTime: 30_000,
  })
  const others = data?.events.filter(({ id }) => id !== of.id) ?? []
  const more = others.length > SHOWN_EVENTS || data?.next !== undefined
  return (
    <section className="relation" aria-label={title}>
      <h3>
        {title}{' '}
        <Link to="/events" search={{ query }}>
          {more ? 'Show all' : 'Search'}
        </Link>
      </h3>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton screenreaderText="Searching" />}
      {data !== undefined && others.length === 0 && <p className="quiet">No other events.</p>}
      <ul className="plain-list">
        {others.slice(0, SHOWN_EVENTS).map((event) => (
          <li key={event.id}>
            <RelatedEvent event={event} query={writeSearch({ ...search, eventId: event.id })} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function RelatedEvent({ event, query }: { readonly event: EventJson; readonly query: string }) {
  const actor = event.actor?.name ?? event.actor?.id
  return (
    <Link to="/events" search={{ query }} className="related-event">
      <span>{rowTime(event.time, serverNow())}</span>
      <span>
        {actor !== undefined && <VisibleText text={actor} />}{' '}
        <strong>
          <VisibleText text={event.action} />
        </strong>{' '}
        <VisibleText text={targetText(event)} />
      </span>
      <Outcome outcome={event.outcome} />
    </Link>
  )
}
