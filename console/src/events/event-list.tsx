import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, type RefObject, useCallback, useState } from 'react'
import type { EventJson } from '../api/event.ts'
import type { SearchState } from '../search/search-state.ts'
import type { Term } from '../search/term.ts'
import { SEARCH_FIELD } from '../search-bar/search-box.tsx'
import { EventTable } from '../table/event-table.tsx'
import { ShortcutHelp } from './shortcut-help.tsx'
import { useShortcuts } from './shortcuts.ts'
import type { ChangeSearch } from './use-search.ts'

/** Events with the keys that move in them. */
export function EventList({
  events,
  state,
  change,
  onAdd,
  children,
  ...table
}: {
  readonly events: readonly EventJson[]
  readonly state: SearchState
  readonly change: ChangeSearch
  readonly onAdd: (term: Term) => void
  /** Shown in place of the table when there are no events. */
  readonly children: ReactNode
  readonly onEnd?: () => void
  readonly footer?: ReactNode
  readonly scroller?: RefObject<HTMLDivElement | null>
  readonly onScroll?: (top: number) => void
}) {
  const client = useQueryClient()
  const [currentId, setCurrentId] = useState(state.eventId)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const show = useCallback(
    (event: EventJson) => {
      client.setQueryData(['event', event.id], event)
      setCurrentId(event.id)
      change({ eventId: event.id }, state.eventId !== undefined)
    },
    [client, change, state.eventId],
  )
  const current = events.find(({ id }) => id === currentId)
  const move = (step: number) => {
    const from = current === undefined ? (step > 0 ? -1 : events.length) : events.indexOf(current)
    const next = events[Math.min(Math.max(from + step, 0), events.length - 1)]
    if (next === undefined) return
    if (state.eventId === undefined) setCurrentId(next.id)
    else show(next)
  }
  useShortcuts({
    focusSearch: () => document.getElementById(SEARCH_FIELD)?.focus(),
    move,
    open: () => {
      if (state.eventId !== undefined) change({ eventId: undefined })
      else if (current !== undefined) show(current)
    },
    exclude: () => current && onAdd({ name: 'action', value: current.action, isExcluded: true }),
    toggleLive: () => change({ isLive: !state.isLive }),
    help: () => setHelpOpen(true),
    close: () => state.eventId === undefined || change({ eventId: undefined }),
  })
  return (
    <div className="event-list">
      {events.length === 0 ? (
        children
      ) : (
        <EventTable
          {...table}
          events={events}
          columns={state.columns}
          currentId={currentId}
          openId={state.eventId}
          onOpen={show}
          onAdd={onAdd}
        />
      )}
      {isHelpOpen && <ShortcutHelp onClose={() => setHelpOpen(false)} />}
    </div>
  )
}
