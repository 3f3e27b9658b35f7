import { Label, Spinner } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import type { EventJson } from '../api/event.ts'
import { EventSentence } from '../event/event-sentence.tsx'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { VisibleText } from '../shell/visible-text.tsx'
import { followEvents } from '../tail/follow-events.ts'

/** What Waybill records of itself is no sign of a connection. */
const FROM_OUTSIDE = [{ name: 'source', value: 'waybill', isExcluded: true }] as const

/** Waits for events from outside, and shows the latest. */
export function FirstEvent() {
  const [event, setEvent] = useState<EventJson>()
  const [error, setError] = useState<unknown>(null)
  const [isConnected, setConnected] = useState(false)
  useEffect(() => {
    const ended = new AbortController()
    const { signal } = ended
    const listener = {
      onArrival: ({ events }: { readonly events: readonly EventJson[] }) => {
        const latest = events.at(-1)
        if (!signal.aborted && latest !== undefined) setEvent(latest)
      },
      onState: (state: string) => signal.aborted || setConnected(state === 'connected'),
      onReset: () => undefined,
    }
    followEvents(FROM_OUTSIDE, listener, signal).catch(
      (reason: unknown) => signal.aborted || setError(reason),
    )
    return () => ended.abort()
  }, [])
  return (
    <section className="first-event" aria-label="Events that arrive" aria-live="polite">
      {error !== null && <ErrorNotice error={error} />}
      {event === undefined ? (
        <p className="first-event-waiting">
          <Spinner size="md" aria-label="Waiting" />
          {isConnected ? 'Waiting for an event to arrive' : 'Connecting'}
        </p>
      ) : (
        <>
          <p>
            <Label color="green">An event arrived</Label> from{' '}
            <VisibleText text={`${event.source.kind}/${event.source.name}`} />
          </p>
          <EventSentence event={event} />
          <Link to="/events" search={{ query: `event=${event.id}` }}>
            Show it
          </Link>
        </>
      )}
    </section>
  )
}
