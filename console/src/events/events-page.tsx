import './events.css'
import { Alert } from '@patternfly/react-core'
import { lazy, Suspense } from 'react'
import { ConnectOffer } from '../connect/connect-offer.tsx'
import { type Term, withTerm } from '../search/term.ts'
import { EventsToolbar } from '../search-bar/events-toolbar.tsx'
import { FilterChips } from '../search-bar/filter-chips.tsx'
import { momentText } from '../time/time-range.ts'
import { Facets, useFacets } from './facets.tsx'
import { FoundEvents } from './found-events.tsx'
import { PasswordOffer } from './password-offer.tsx'
import { SearchHistogram } from './search-histogram.tsx'
import { useAskedSearch } from './use-asked-search.ts'
import { useEventPages } from './use-event-pages.ts'
import { useSearch } from './use-search.ts'

const EventDrawer = lazy(() =>
  import('../event/event-drawer.tsx').then((module) => ({ default: module.EventDrawer })),
)
const LiveEvents = lazy(() =>
  import('../tail/live-events.tsx').then((module) => ({ default: module.LiveEvents })),
)

/** The page that finds events: what is searched for, when it happened, and the events. */
export function EventsPage() {
  const { state, problems, change } = useSearch()
  const { asked, refresh } = useAskedSearch(state)
  const pages = useEventPages(asked, !state.isLive)
  const facets = useFacets(asked, !state.isLive && pages.isSuccess)
  const add = (term: Term) => change({ terms: withTerm(state.terms, term) })
  const zoom = (fromMs: number, toMs: number) =>
    change({ range: { kind: 'between', from: momentText(fromMs), to: momentText(toMs) } })
  return (
    <main id="content" className="events-page">
      <h1 className="only-read-aloud">Events</h1>
      <PasswordOffer />
      <ConnectOffer state={state} pages={pages} />
      <EventsToolbar {...{ state, change, refresh, asked }} facets={facets.data ?? []} />
      <FilterChips terms={state.terms} onChange={(terms) => change({ terms })} />
      <UnusedParameters problems={problems} />
      {!state.isLive && <SearchHistogram asked={asked} onZoom={zoom} />}
      <div className={state.isLive ? 'events-body events-body-live' : 'events-body'}>
        {!state.isLive && <Facets found={facets} terms={state.terms} onAdd={add} />}
        {state.isLive ? (
          <Suspense>
            <LiveEvents state={state} change={change} onAdd={add} />
          </Suspense>
        ) : (
          <FoundEvents state={state} change={change} onAdd={add} pages={pages} />
        )}
        {state.eventId !== undefined && (
          <Suspense>
            <EventDrawer
              id={state.eventId}
              onClose={() => change({ eventId: undefined })}
              onAdd={add}
            />
          </Suspense>
        )}
      </div>
    </main>
  )
}

function UnusedParameters({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return null
  return (
    <Alert variant="warning" isInline title="Parts of the address cannot be used and are left out">
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Alert>
  )
}
