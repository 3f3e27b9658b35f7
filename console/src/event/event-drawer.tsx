import './event.css'
import { Button, Tab, Tabs, TabTitleText } from '@patternfly/react-core'
import LinkIcon from '@patternfly/react-icons/dist/esm/icons/link-icon'
import CloseIcon from '@patternfly/react-icons/dist/esm/icons/times-icon'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { EventJson } from '../api/event.ts'
import { readEvent } from '../api/search-requests.ts'
import type { Term } from '../search/term.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { EventFacts } from './event-facts.tsx'
import { EventSentence } from './event-sentence.tsx'
import { JsonView } from './json-view.tsx'
import { ProofBadge } from './proof-badge.tsx'
import { RelatedEvents } from './related-events.tsx'

/** One event next to the table: for people, as JSON, and what else happened around it. */
export function EventDrawer({
  id,
  onClose,
  onAdd,
}: {
  readonly id: string
  readonly onClose: () => void
  readonly onAdd: (term: Term) => void
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => readEvent(id, signal),
  })
  return (
    <aside className="drawer" aria-label="Event">
      <div className="drawer-head">
        <h2>Event</h2>
        <CopyLink />
        <Button
          variant="plain"
          icon={<CloseIcon />}
          aria-label="Close the event"
          onClick={onClose}
        />
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data !== undefined && <EventContent key={id} event={data} onAdd={onAdd} />}
    </aside>
  )
}

function EventContent({
  event,
  onAdd,
}: {
  readonly event: EventJson
  readonly onAdd: (term: Term) => void
}) {
  const [tab, setTab] = useState<string | number>('facts')
  return (
    <div className="drawer-content">
      <EventSentence event={event} />
      <ProofBadge event={event} />
      <Tabs activeKey={tab} onSelect={(_event, key) => setTab(key)} aria-label="Views of the event">
        <Tab eventKey="facts" title={<TabTitleText>Details</TabTitleText>}>
          <EventFacts event={event} onAdd={onAdd} />
        </Tab>
        <Tab eventKey="related" title={<TabTitleText>Related</TabTitleText>}>
          {tab === 'related' && <RelatedEvents event={event} />}
        </Tab>
        <Tab eventKey="json" title={<TabTitleText>JSON</TabTitleText>}>
          {tab === 'json' && <JsonView event={event} />}
        </Tab>
      </Tabs>
    </div>
  )
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href)
    setCopied(true)
    setTimeout(() => setCopied(false), 2_000)
  }
  return (
    <Button variant="link" icon={<LinkIcon />} onClick={() => void copy().catch(() => undefined)}>
      <span aria-live="polite">{isCopied ? 'Copied' : 'Copy link'}</span>
    </Button>
  )
}
