import { Label } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { serverNow } from '../api/server-clock.ts'
import { VisibleText } from '../shell/visible-text.tsx'
import { ageText, fullTime, numberText } from '../time/time-text.ts'
import { FactsTable } from './facts-table.tsx'
import { Part } from './part.tsx'

interface Source {
  readonly source: string
  readonly events: number
  readonly latest: string
  readonly received: string
  readonly gaps: number
  readonly deadLetters: number
}

interface SourcesAnswer {
  readonly sources: readonly Source[]
  readonly isApproximate: boolean
}

/** Where events come from, and whether they still do. */
export function Sources() {
  return (
    <Part<SourcesAnswer> title="Sources" path="/v1/sources" needs="readers of events">
      {({ sources, isApproximate }) => (
        <>
          {isApproximate && <p className="quiet">Only the latest events were counted.</p>}
          <FactsTable
            name="Sources"
            columns={['Source', 'Events', 'Latest event', 'Stored', 'Gaps', 'Dead letters']}
            rows={sources.map((one) => ({ key: one.source, cells: cellsOf(one) }))}
          />
        </>
      )}
    </Part>
  )
}

function cellsOf({ source, events, latest, received, gaps, deadLetters }: Source) {
  const condition = `source=${encodeURIComponent(source)}`
  const gapActions = 'action=source.gap&action=collector.gap'
  return [
    <Link key="source" to="/events" search={{ query: `last=all&${condition}` }}>
      <VisibleText text={source} />
    </Link>,
    numberText(events),
    <time key="latest" dateTime={latest} title={fullTime(latest)}>
      {ageText(latest, serverNow())}
    </time>,
    <time key="received" dateTime={received} title={fullTime(received)}>
      {ageText(received, serverNow())}
    </time>,
    <Found key="gaps" count={gaps} query={`last=all&${gapActions}`} />,
    <Found
      key="letters"
      count={deadLetters}
      query={`last=all&action=source.dead-letter&${condition}`}
    />,
  ]
}

/** A count of what went wrong, with the way to read it. */
function Found({ count, query }: { readonly count: number; readonly query: string }) {
  if (count === 0) return <>none</>
  return (
    <Link to="/events" search={{ query }}>
      <Label isCompact color="orange">
        {numberText(count)}
      </Label>
    </Link>
  )
}
