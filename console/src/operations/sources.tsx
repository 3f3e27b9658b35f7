import { Label } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import { VisibleText } from '../shell/visible-text.tsx'
import { numberText } from '../time/time-text.ts'
import { Age } from './age.tsx'
import { FactsTable } from './facts-table.tsx'
import { Part } from './part.tsx'

interface Source {
  readonly source: string
  readonly events: number
  readonly latest?: string
  readonly received?: string
  readonly gaps: number
  readonly collectorGaps: number
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
            columns={['Source', 'Gaps', 'Dead letters', 'Latest event', 'Stored', 'Events']}
            rows={sources.map((one) => ({ key: one.source, cells: cellsOf(one) }))}
          />
        </>
      )}
    </Part>
  )
}

function cellsOf(one: Source) {
  const { source, events, latest, received, gaps, collectorGaps, deadLetters } = one
  const condition = `source=${encodeURIComponent(source)}`
  // The event of a source's gap names the source as its target.
  const gapQuery =
    gaps > 0
      ? `last=all&action=source.gap&target=${encodeURIComponent(source)}`
      : `last=all&action=collector.gap&${condition}`
  return [
    <Link key="source" to="/events" search={{ query: `last=all&${condition}` }}>
      <VisibleText text={source} />
    </Link>,
    <Found key="gaps" count={gaps + collectorGaps} query={gapQuery} />,
    <Found
      key="letters"
      count={deadLetters}
      query={`last=all&action=source.dead-letter&${condition}`}
    />,
    <Age key="latest" time={latest} />,
    <Age key="received" time={received} />,
    numberText(events),
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
