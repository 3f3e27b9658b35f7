import './saved.css'
import { Alert, Modal, ModalBody, ModalHeader, Skeleton, Title } from '@patternfly/react-core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { readSavedSearches } from '../api/saved-searches.ts'
import { type SearchState, writeSearch } from '../search/search-state.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { SAVED_KEY, SavedSearchForm } from './saved-search-form.tsx'
import { SavedSearchRow } from './saved-search-row.tsx'

/** Saves the search of the page, and opens, changes and deletes saved ones. */
export function SavedSearchDialog({
  state,
  onClose,
}: {
  readonly state: SearchState
  readonly onClose: () => void
}) {
  const [told, setTold] = useState<string>()
  const { data, error, refetch } = useQuery({
    queryKey: SAVED_KEY,
    queryFn: ({ signal }) => readSavedSearches(signal),
    staleTime: 0,
  })
  // A search is saved without the event that is open next to it.
  const query = writeSearch({ ...state, eventId: undefined })
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="saved-title">
      <ModalHeader
        title="Saved searches"
        labelId="saved-title"
        description="Filters, time range, order and columns, under a name."
      />
      <ModalBody>
        {told !== undefined && <Alert variant="success" isInline isLiveRegion title={told} />}
        {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && <Skeleton screenreaderText="Reading" />}
        {data?.length === 0 && <p className="quiet">No search is saved yet.</p>}
        <ul className="plain-list saved-searches" aria-label="Saved searches">
          {data?.map((search) => (
            <SavedSearchRow
              key={search.id}
              search={search}
              query={query}
              onOpen={onClose}
              onChanged={setTold}
            />
          ))}
        </ul>
        <Title headingLevel="h2" size="md" className="save-title">
          Save this search
        </Title>
        <SavedSearchForm query={query} onDone={({ name }) => setTold(`${name} is saved`)} />
      </ModalBody>
    </Modal>
  )
}
