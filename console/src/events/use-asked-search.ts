import { useMemo, useState } from 'react'
import type { AskedSearch } from '../api/search-requests.ts'
import { serverNow } from '../api/server-clock.ts'
import type { SearchState } from '../search/search-state.ts'
import { periodOf } from '../time/time-range.ts'

/**
 * The search that is asked of the server. A relative period is fixed at the moment of the search,
 * so that its pages, its histogram and its facets are about the same events.
 */
export function useAskedSearch(state: SearchState): {
  readonly asked: AskedSearch
  /** Searches again, up to now. */
  readonly refresh: () => void
} {
  const [round, setRound] = useState(0)
  const text = JSON.stringify([state.terms, state.range, round])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what they depend on
  const search = useMemo(
    () => ({
      id: crypto.randomUUID(),
      terms: state.terms,
      period: periodOf(state.range, serverNow()),
    }),
    [text],
  )
  const asked = useMemo(() => ({ ...search, order: state.order }), [search, state.order])
  return { asked, refresh: () => setRound((count) => count + 1) }
}
