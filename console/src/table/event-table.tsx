import './table.css'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useRef } from 'react'
import type { EventJson } from '../api/event.ts'
import { serverNow } from '../api/server-clock.ts'
import type { ColumnName } from '../search/column-names.ts'
import type { Term } from '../search/term.ts'
import { COLUMNS } from './event-cells.tsx'
import { EventRow, rowId } from './event-row.tsx'
import { useNarrow } from './use-narrow.ts'

/** Heights of a row, in pixels: on one line, or on two where the screen is narrow. */
const ROW_HEIGHT = 34
const NARROW_ROW_HEIGHT = 68
/** Rows before the end at which the next page is fetched. */
const FETCH_AHEAD_ROWS = 60

/** What the table shows, and what it reports. */
export interface EventTableProps {
  readonly events: readonly EventJson[]
  readonly columns: readonly ColumnName[]
  /** The event that the keyboard is at. */
  readonly currentId: string | undefined
  readonly openId: string | undefined
  readonly onOpen: (event: EventJson) => void
  readonly onAdd: (term: Term) => void
  /** Called when the end comes near. */
  readonly onEnd?: () => void
  /** Below the last row. */
  readonly footer?: ReactNode
  readonly scroller?: RefObject<HTMLDivElement | null>
  readonly onScroll?: (top: number) => void
}

/** The events as a table. Only the visible rows exist. */
export function EventTable(props: EventTableProps) {
  const { events, columns, currentId, openId, onOpen, onAdd, onEnd, footer } = props
  const own = useRef<HTMLDivElement>(null)
  const scroller = props.scroller ?? own
  const isNarrow = useNarrow()
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT),
    getItemKey: (index) => events[index]?.id ?? index,
    overscan: 10,
  })
  const items = rows.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height moves every row
  useEffect(() => rows.measure(), [isNarrow])
  useEffect(() => {
    if (last >= events.length - FETCH_AHEAD_ROWS) onEnd?.()
  }, [last, events.length, onEnd])
  const current = events.findIndex(({ id }) => id === currentId)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a move of the keyboard scrolls
  useEffect(() => {
    if (current >= 0) rows.scrollToIndex(current, { align: 'auto' })
  }, [currentId])
  const nowMs = serverNow()
  const template: CSSProperties = {
    gridTemplateColumns: columns.map((name) => COLUMNS[name].width).join(' '),
  }
  return (
    <div
      ref={scroller}
      className={isNarrow ? 'events-table events-narrow' : 'events-table'}
      role="grid"
      aria-label="Events"
      aria-rowcount={events.length + 1}
      aria-activedescendant={current < 0 ? undefined : rowId(currentId ?? '')}
      tabIndex={0}
      onScroll={({ currentTarget }) => props.onScroll?.(currentTarget.scrollTop)}
    >
      <HeadingRow columns={columns} style={template} />
      <div role="rowgroup" className="rows" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start, size }) => {
          const event = events[index]
          return (
            event && (
              <EventRow
                key={event.id}
                event={event}
                place={{ index, top: start, height: size }}
                columns={columns}
                template={template.gridTemplateColumns}
                nowMs={nowMs}
                isCurrent={event.id === currentId}
                isOpen={event.id === openId}
                onOpen={onOpen}
                onAdd={onAdd}
              />
            )
          )
        })}
      </div>
      {footer}
    </div>
  )
}

function HeadingRow({
  columns,
  style,
}: {
  readonly columns: readonly ColumnName[]
  readonly style: CSSProperties
}) {
  return (
    <div role="rowgroup" className="heading">
      <div role="row" aria-rowindex={1} className="heading-row" style={style}>
        {columns.map((name) => (
          <div key={name} role="columnheader" className="cell">
            {COLUMNS[name].heading}
          </div>
        ))}
      </div>
    </div>
  )
}
