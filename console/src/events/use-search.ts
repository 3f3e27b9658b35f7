import { useLocation, useNavigate } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import {
  type ReadSearch,
  readSearch,
  type SearchState,
  writeSearch,
} from '../search/search-state.ts'

/** Changes parts of the search; with `isReplaced` without a new entry in the history. */
export type ChangeSearch = (change: Partial<SearchState>, isReplaced?: boolean) => void

/** The search that the URL states, and the way to change it. */
export function useSearch(): ReadSearch & { readonly change: ChangeSearch } {
  const { searchStr } = useLocation()
  const navigate = useNavigate()
  const read = useMemo(() => readSearch(searchStr), [searchStr])
  const change = useCallback<ChangeSearch>(
    (parts, isReplaced = false) => {
      const query = writeSearch({ ...read.state, ...parts })
      void navigate({ to: '/events', search: { query }, replace: isReplaced })
    },
    [navigate, read],
  )
  return { ...read, change }
}
