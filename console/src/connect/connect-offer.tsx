import { Alert } from '@patternfly/react-core'
import { Link } from '@tanstack/react-router'
import type { EventPages } from '../events/use-event-pages.ts'
import type { SearchState } from '../search/search-state.ts'

/** Offers to connect a system while Waybill has recorded nothing but itself. */
export function ConnectOffer({
  state,
  pages,
}: {
  readonly state: SearchState
  readonly pages: EventPages
}) {
  const isUnfiltered = state.terms.every(({ isExcluded }) => isExcluded) && !state.isLive
  const isNew = pages.isSuccess && !pages.hasNextPage
  if (!isUnfiltered || !isNew || pages.events.some(({ source }) => source.kind !== 'waybill')) {
    return null
  }
  return (
    <Alert
      variant="info"
      isInline
      title="Nothing has sent events in this time"
      actionLinks={
        <Link to="/connect" search={{}}>
          Connect a system
        </Link>
      }
    >
      A registry, Docker, a vendor&apos;s log or a command: the page Connect has the lines to paste.
    </Alert>
  )
}
