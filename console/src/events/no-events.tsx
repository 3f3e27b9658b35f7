import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import type { SearchState } from '../search/search-state.ts'
import type { ChangeSearch } from './use-search.ts'

/** What is shown when a search finds nothing: what to change, or how to send the first event. */
export function NoEvents({
  state,
  change,
}: {
  readonly state: SearchState
  readonly change: ChangeSearch
}) {
  const isEverything = state.terms.length === 0 && state.range.kind === 'all'
  if (isEverything) {
    return (
      <EmptyState titleText="No events yet" headingLevel="h2">
        <EmptyStateBody>
          Events arrive from registries, container engines and collectors, or from a command:
          <pre className="example">waybill send --action image.push --namespace demo</pre>
        </EmptyStateBody>
        <EmptyStateFooter>
          <EmptyStateActions>
            <Link to="/connect" search={{}}>
              Connect a system
            </Link>
          </EmptyStateActions>
        </EmptyStateFooter>
      </EmptyState>
    )
  }
  return (
    <EmptyState titleText="No events match" headingLevel="h2">
      <EmptyStateBody>
        Search compares whole words and values. Try a longer time range or fewer conditions.
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          {state.range.kind !== 'all' && (
            <Button onClick={() => change({ range: { kind: 'all' } })}>Search all time</Button>
          )}
          {state.terms.length > 0 && (
            <Button variant="link" onClick={() => change({ terms: [] })}>
              Remove the conditions
            </Button>
          )}
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  )
}
