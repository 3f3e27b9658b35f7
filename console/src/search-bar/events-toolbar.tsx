import './search-bar.css'
import { Button } from '@patternfly/react-core'
import BookmarkIcon from '@patternfly/react-icons/dist/esm/icons/bookmark-icon'
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon'
import PauseIcon from '@patternfly/react-icons/dist/esm/icons/pause-icon'
import PlayIcon from '@patternfly/react-icons/dist/esm/icons/play-icon'
import SortIcon from '@patternfly/react-icons/dist/esm/icons/sort-amount-down-icon'
import RefreshIcon from '@patternfly/react-icons/dist/esm/icons/sync-alt-icon'
import { lazy, Suspense, useState } from 'react'
import type { AskedSearch, Facet } from '../api/search-requests.ts'
import type { ChangeSearch } from '../events/use-search.ts'
import { queryText } from '../search/query-text.ts'
import type { SearchState } from '../search/search-state.ts'
import { ColumnsMenu } from '../table/columns-menu.tsx'
import { addedTerms } from './added-terms.ts'
import { SearchBox } from './search-box.tsx'
import { TimeRangeMenu } from './time-range-menu.tsx'

const ExportDialog = lazy(() =>
  import('../exports/export-dialog.tsx').then((module) => ({ default: module.ExportDialog })),
)

const SavedSearchDialog = lazy(() =>
  import('../saved/saved-search-dialog.tsx').then((module) => ({
    default: module.SavedSearchDialog,
  })),
)

/** What is searched for, and what can be done with the search. */
export function EventsToolbar({
  state,
  change,
  refresh,
  asked,
  facets,
}: {
  readonly state: SearchState
  readonly change: ChangeSearch
  readonly refresh: () => void
  readonly asked: AskedSearch
  readonly facets: readonly Facet[]
}) {
  const last = state.terms.at(-1)
  return (
    <div className="events-toolbar">
      <SearchBox
        known={knownValues(facets)}
        lastTerm={last && queryText(last)}
        onAdd={(terms) => {
          if (terms.length === 0) refresh()
          else change({ terms: addedTerms(state.terms, terms) })
        }}
        onEditLast={() => change({ terms: state.terms.slice(0, -1) })}
      />
      <SavedSearches state={state} />
      <TimeRangeMenu range={state.range} onChange={(range) => change({ range, isLive: false })} />
      <Button
        variant={state.isLive ? 'primary' : 'secondary'}
        icon={state.isLive ? <PauseIcon /> : <PlayIcon />}
        aria-pressed={state.isLive}
        onClick={() => change({ isLive: !state.isLive })}
      >
        Live
      </Button>
      <ResultActions {...{ state, change, refresh, asked }} />
    </div>
  )
}

function SavedSearches({ state }: { readonly state: SearchState }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        variant="plain"
        icon={<BookmarkIcon />}
        aria-label="Saved searches"
        title="Saved searches"
        onClick={() => setOpen(true)}
      />
      <Suspense>
        {isOpen && <SavedSearchDialog state={state} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  )
}

function ResultActions({
  state,
  change,
  refresh,
  asked,
}: {
  readonly state: SearchState
  readonly change: ChangeSearch
  readonly refresh: () => void
  readonly asked: AskedSearch
}) {
  const [isExported, setExported] = useState(false)
  const isOldest = state.order === 'oldest'
  return (
    <div className="result-actions">
      <Button
        variant="plain"
        icon={<RefreshIcon />}
        aria-label="Search again"
        title="Search again"
        onClick={refresh}
      />
      <Button
        variant="plain"
        icon={<SortIcon />}
        aria-label={
          isOldest ? 'Oldest first; show newest first' : 'Newest first; show oldest first'
        }
        title={isOldest ? 'Oldest first' : 'Newest first'}
        onClick={() => change({ order: isOldest ? 'newest' : 'oldest' })}
      />
      <ColumnsMenu columns={state.columns} onChange={(columns) => change({ columns }, true)} />
      <Button
        variant="plain"
        icon={<DownloadIcon />}
        aria-label="Export"
        title="Export"
        onClick={() => setExported(true)}
      />
      <Suspense>
        {isExported && <ExportDialog asked={asked} onClose={() => setExported(false)} />}
      </Suspense>
    </div>
  )
}

/** Values for the completion of the search box: those that the search found. */
function knownValues(facets: readonly Facet[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    facets.map(({ field, values }) => [field, values.map(({ value }) => value)]),
  )
}
