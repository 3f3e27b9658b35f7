import {
  ActionGroup,
  Button,
  Checkbox,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  TextInput,
} from '@patternfly/react-core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { type SavedSearch, type SearchWish, saveSearch } from '../api/saved-searches.ts'
import { ErrorNotice } from '../shell/error-notice.tsx'

/** The key of the saved searches in the cache. */
export const SAVED_KEY = ['saved-searches'] as const

const SHARINGS: readonly (readonly [SearchWish['sharedWith'], label: string])[] = [
  ['none', 'Only me'],
  ['namespace', 'Users with a grant on a namespace'],
  ['tenant', 'All users of the tenant'],
]

/** Saves the search of the page, or changes a saved one: its name, and who sees it. */
export function SavedSearchForm({
  query,
  changed,
  onDone,
  onCancel,
}: {
  /** The search of the page, as its address states it. */
  readonly query: string
  /** The search that is changed; absent for a new one. */
  readonly changed?: SavedSearch
  readonly onDone: (saved: SavedSearch) => void
  readonly onCancel?: () => void
}) {
  const id = useId()
  const client = useQueryClient()
  const [name, setName] = useState(changed?.name ?? '')
  const [sharedWith, setShared] = useState(changed?.sharedWith ?? 'none')
  const [namespace, setNamespace] = useState(changed?.namespace ?? '')
  const [isReplaced, setReplaced] = useState(changed === undefined)
  const wish: SearchWish = {
    name: name.trim(),
    query: isReplaced ? query : (changed?.query ?? query),
    sharedWith,
    ...(sharedWith === 'namespace' && { namespace: namespace.trim() }),
  }
  const { mutate, error, isPending } = useMutation({
    mutationFn: () => saveSearch(wish, changed?.id),
    onSuccess: async (saved) => {
      if (changed === undefined) setName('')
      await client.invalidateQueries({ queryKey: SAVED_KEY })
      onDone(saved)
    },
  })
  const isComplete = wish.name !== '' && wish.namespace !== ''
  return (
    <Form
      aria-label={changed === undefined ? 'Save this search' : `Change ${changed.name}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (isComplete && !isPending) mutate()
      }}
    >
      {error !== null && <ErrorNotice error={error} />}
      <FormGroup label="Name" fieldId={`${id}-name`} isRequired>
        <TextInput
          id={`${id}-name`}
          value={name}
          maxLength={255}
          onChange={(_event, value) => setName(value)}
        />
      </FormGroup>
      <FormGroup label="Who sees it" fieldId={`${id}-shared`}>
        <FormSelect
          id={`${id}-shared`}
          value={sharedWith}
          onChange={(_event, value) => {
            setShared(SHARINGS.find(([word]) => word === value)?.[0] ?? 'none')
          }}
        >
          {SHARINGS.map(([word, label]) => (
            <FormSelectOption key={word} value={word} label={label} />
          ))}
        </FormSelect>
      </FormGroup>
      {sharedWith === 'namespace' && (
        <FormGroup label="Namespace" fieldId={`${id}-namespace`} isRequired>
          <TextInput
            id={`${id}-namespace`}
            value={namespace}
            onChange={(_event, value) => setNamespace(value)}
          />
        </FormGroup>
      )}
      {changed !== undefined && (
        <Checkbox
          id={`${id}-replaced`}
          label="Replace it with the search on the page"
          isChecked={isReplaced}
          onChange={(_event, value) => setReplaced(value)}
        />
      )}
      <ActionGroup>
        <Button type="submit" isDisabled={!isComplete || isPending}>
          Save
        </Button>
        {onCancel !== undefined && (
          <Button variant="link" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </ActionGroup>
    </Form>
  )
}
