import type { EventJson } from '../api/event.ts'
import { serverNow } from '../api/server-clock.ts'
import { VisibleText } from '../shell/visible-text.tsx'
import { Outcome, targetText } from '../table/event-cells.tsx'
import { ageText, fullTime } from '../time/time-text.ts'
import { actionPhrase } from './action-phrase.ts'

/** Who did what to which target, when and from where, as one can read it aloud. */
export function EventSentence({ event }: { readonly event: EventJson }) {
  const { actor, client, time, message } = event
  const name = actor?.name ?? actor?.email ?? actor?.id
  const target = targetText(event)
  return (
    <div className="sentence">
      <p className="sentence-main">
        <strong>{name === undefined ? 'An unnamed actor' : <VisibleText text={name} />}</strong>
        {` ${actionPhrase(event)} `}
        {target !== '' && (
          <strong>
            <VisibleText text={target} />
          </strong>
        )}
        {client?.ip !== undefined && (
          <>
            {' from '}
            <VisibleText text={client.ip} />
          </>
        )}
      </p>
      <p className="quiet">
        <Outcome outcome={event.outcome} />, <time dateTime={time}>{fullTime(time)}</time> (
        {ageText(time, serverNow())})
      </p>
      {message !== undefined && (
        <p className="sentence-message">
          <VisibleText text={message} />
        </p>
      )}
    </div>
  )
}
