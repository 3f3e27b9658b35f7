import { EmptyState, EmptyStateBody } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'

/** What is shown for an address that has no page. */
export function MissingPage() {
  return (
    <EmptyState titleText="There is no page at this address" headingLevel="h1">
      <EmptyStateBody>
        <Link to="/events" search={{}}>
          Go to the events
        </Link>
      </EmptyStateBody>
    </EmptyState>
  )
}
