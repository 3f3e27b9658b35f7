import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type AskedSearch, readPage } from '../api/search-requests.ts'

const FIRST_CURSOR: string | undefined = undefined

/** The events of a search, page by page over the server's cursor. */
export function useEventPages(asked: AskedSearch, isWanted: boolean) {
  const query = useInfiniteQuery({
    queryKey: ['events', asked.id, asked.order],
    queryFn: ({ pageParam, signal }) => readPage(asked, pageParam, signal),
    initialPageParam: FIRST_CURSOR,
    getNextPageParam: ({ next }) => next,
    enabled: isWanted,
    gcTime: 60_000,
    // Of the previous search, until the new ones are there: the table does not flicker.
    placeholderData: (previous) => previous,
  })
  const pages = query.data?.pages
  const events = useMemo(() => pages?.flatMap((page) => page.events) ?? [], [pages])
  return { ...query, events }
}

/** What `useEventPages` returns. */
export type EventPages = ReturnType<typeof useEventPages>
