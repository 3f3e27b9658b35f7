import { Button } from '@patternfly/react-core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { deleteSearch, type SavedSearch } from '../api/saved-searches.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'
import { VisibleText } from '../shell/visible-text.tsx'
import { SAVED_KEY, SavedSearchForm } from './saved-search-form.tsx'

/** One saved search: to open it, and for those who may, to change or delete it. */
export function SavedSearchRow({
  search,
  query,
  onOpen,
  onChanged,
}: {
  readonly search: SavedSearch
  /** The search of the page. */
  readonly query: string
  readonly onOpen: () => void
  /** Called with what was done, as a sentence. */
  readonly onChanged: (told: string) => void
}) {
  const [step, setStep] = useState<'none' | 'change' | 'delete'>('none')
  const stop = () => setStep('none')
  return (
    <li className="saved-search">
      <div className="saved-search-line">
        <div>
          <Link to="/events" search={{ query: search.query }} onClick={onOpen}>
            <VisibleText text={search.name} />
          </Link>
          <p className="quiet">
            <VisibleText text={sharingText(search)} />
          </p>
        </div>
        {search.mayChange && step === 'none' && (
          <div>
            <Button
              variant="link"
              isInline
              aria-label={`Change ${search.name}`}
              onClick={() => setStep('change')}
            >
              Change
            </Button>{' '}
            <Button
              variant="link"
              isInline
              isDanger
              aria-label={`Delete ${search.name}`}
              onClick={() => setStep('delete')}
            >
              Delete
            </Button>
          </div>
        )}
      </div>
      {step === 'change' && (
        <SavedSearchForm
          query={query}
          changed={search}
          onCancel={stop}
          onDone={({ name }) => {
            stop()
            onChanged(`${name} is changed`)
          }}
        />
      )}
      {step === 'delete' && <Deletion search={search} onCancel={stop} onChanged={onChanged} />}
    </li>
  )
}

function Deletion({
  search: { id, name },
  onCancel,
  onChanged,
}: {
  readonly search: SavedSearch
  readonly onCancel: () => void
  readonly onChanged: (told: string) => void
}) {
  const client = useQueryClient()
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => deleteSearch(id),
    onSuccess: async () => {
      onChanged(`${name} is deleted`)
      await client.invalidateQueries({ queryKey: SAVED_KEY })
    },
  })
  return (
    <div>
      {error !== null && <ErrorNotice error={error} />}
      <Button variant="danger" size="sm" isDisabled={isPending} onClick={() => mutate()}>
        Delete this search
      </Button>{' '}
      <Button variant="link" size="sm" onClick={onCancel}>
        Keep it
      </Button>
    </div>
  )
}

/** Who sees a search, and whose it is. */
function sharingText({ sharedWith, namespace, owner, isOwn }: SavedSearch): string {
  if (sharedWith === 'none') return 'Only you see it'
  const seen =
    sharedWith === 'tenant' ? 'All users of the tenant see it' : `Users of ${namespace} see it`
  if (isOwn) return seen
  return owner === undefined ? `${seen}; its user was deleted` : `${seen}; saved by ${owner}`
}
