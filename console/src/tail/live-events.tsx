import './live.css'
import { Alert, Button, EmptyState, EmptyStateBody } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import { serverNow } from '../api/server-clock.ts'
import { EventList } from '../events/event-list.tsx'
import type { ChangeSearch } from '../events/use-search.ts'
import { type SearchState, writeSearch } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { numberText } from '../time/time-text.ts'
import { LIVE_EVENTS_MAX, type LiveBuffer, rateOf } from './live-buffer.ts'
import { type LiveEventsState, useLiveEvents } from './use-live-events.ts'

/** Events as they arrive. The view rests while it is scrolled away from the newest. */
export function LiveEvents({
  state,
  change,
  onAdd,
}: {
  readonly state: SearchState
  readonly change: ChangeSearch
  readonly onAdd: (term: Term) => void
}) {
  const live = useLiveEvents(state.terms)
  const scroller = useRef<HTMLDivElement>(null)
  const { buffer, pause, error } = live
  const onScroll = useCallback((top: number) => pause(top > 0), [pause])
  const resume = () => {
    scroller.current?.scrollTo({ top: 0 })
    pause(false)
  }
  return (
    <div className="live">
      <LiveStatus live={live} state={state} />
      {error !== null && <ErrorNotice error={error} />}
      {live.resets.map((reason, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same reason can occur again
        <Alert key={index} variant="warning" isInline title="The live view lost its place">
          {reason}. It goes on from now; events in between are found by a search.
        </Alert>
      ))}
      {buffer.held.length > 0 && (
        <Button className="live-held" size="sm" onClick={resume}>
          {numberText(buffer.held.length)} new {buffer.held.length === 1 ? 'event' : 'events'}
        </Button>
      )}
      <EventList
        {...{ state, change, onAdd, scroller, onScroll }}
        events={buffer.shown}
        footer={<LiveEnd isCut={buffer.isCut} state={state} />}
      >
        <EmptyState titleText="Waiting for events" headingLevel="h2">
          <EmptyStateBody>They appear here as they arrive.</EmptyStateBody>
        </EmptyState>
      </EventList>
    </div>
  )
}

function LiveEnd({ isCut, state }: { readonly isCut: boolean; readonly state: SearchState }) {
  return (
    <div className="table-end">
      {isCut && `The live view keeps the latest ${numberText(LIVE_EVENTS_MAX)} events. `}
      <Link to="/events" search={{ query: writeSearch({ ...state, isLive: false }) }}>
        Search older events
      </Link>
    </div>
  )
}

const CONNECTIONS: Readonly<Record<LiveEventsState['connection'], string>> = {
  connecting: 'Connecting',
  connected: 'Live',
  interrupted: 'Interrupted; reconnecting',
}

function LiveStatus({
  live: { buffer, connection },
  state,
}: {
  readonly live: LiveEventsState
  readonly state: SearchState
}) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  const gaps = gapsIn(buffer)
  return (
    <div className="live-status">
      <span className={`live-dot live-${connection}`} aria-hidden="true" />
      <span role="status">{CONNECTIONS[connection]}</span>
      <span>{numberText(Math.round(rateOf(buffer, now) * 10) / 10)} events/s</span>
      <span>{lagText(buffer)}</span>
      {gaps > 0 && (
        <Link
          to="/events"
          search={{
            query: writeSearch({
              ...state,
              isLive: false,
              terms: GAP_ACTIONS.map((value) => ({ name: 'action', value, isExcluded: false })),
            }),
          }}
        >
          {gaps} {gaps === 1 ? 'gap' : 'gaps'} reported by sources
        </Link>
      )}
      {state.range.kind !== 'last' && (
        <span className="quiet">The time range does not apply to the live view.</span>
      )}
    </div>
  )
}

const GAP_ACTIONS = ['source.gap', 'collector.gap']

function gapsIn({ shown, held }: LiveBuffer): number {
  return [...held, ...shown].filter(({ action }) => GAP_ACTIONS.includes(action)).length
}

/** How long the newest event took from its time to this server; sources deliver late. */
function lagText({ shown, held }: LiveBuffer): string {
  const newest = held[0] ?? shown[0]
  if (newest === undefined) return 'no event yet'
  const lagMs = Math.max(0, Date.parse(newest.received) - Date.parse(newest.time))
  const age = Math.max(0, Math.round((serverNow() - Date.parse(newest.received)) / 1_000))
  const lag = lagMs < 1_000 ? 'under 1 s' : `${numberText(Math.round(lagMs / 1_000))} s`
  return `last event ${numberText(age)} s ago, lag ${lag}`
}
