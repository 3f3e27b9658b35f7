import { Skeleton } from '@patternfly/react-core'
import { useCallback } from 'react'
import type { SearchState } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { numberText } from '../time/time-text.ts'
import { EventList } from './event-list.tsx'
import { NoEvents } from './no-events.tsx'
import type { EventPages } from './use-event-pages.ts'
import type { ChangeSearch } from './use-search.ts'

/** The events that a search found. More are fetched as the end comes near. */
export function FoundEvents({
  state,
  change,
  onAdd,
  pages,
}: {
  readonly state: SearchState
  readonly change: ChangeSearch
  readonly onAdd: (term: Term) => void
  readonly pages: EventPages
}) {
  const { events, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = pages
  const isReady = hasNextPage && !isFetchingNextPage && !pages.isPlaceholderData && error === null
  const onEnd = useCallback(() => {
    if (isReady) void fetchNextPage()
  }, [isReady, fetchNextPage])
  const retry = () => void (events.length === 0 ? refetch() : fetchNextPage())
  return (
    <EventList
      {...{ events, state, change, onAdd, onEnd }}
      footer={
        <div className="table-end">
          {error !== null && <ErrorNotice error={error} onRetry={retry} />}
          {error === null && (hasNextPage ? 'Fetching more events' : endText(events.length))}
        </div>
      }
    >
      {error !== null && <ErrorNotice error={error} onRetry={retry} />}
      {error === null && pages.isPending && <WaitingRows />}
      {error === null && !pages.isPending && <NoEvents state={state} change={change} />}
    </EventList>
  )
}

function endText(count: number): string {
  return count === 1 ? 'The only event' : `All ${numberText(count)} events are listed`
}

function WaitingRows() {
  return (
    <div className="waiting-rows">
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <Skeleton key={index} screenreaderText={index === 0 ? 'Searching' : ''} />
      ))}
    </div>
  )
}
