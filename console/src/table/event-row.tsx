import { memo } from 'react'
import type { EventJson } from '../api/event.ts'
import type { ColumnName } from '../search/column-names.ts'
import type { Term } from '../search/term.ts'
import { cellContent, termOf } from './event-cells.tsx'

/** The id of the row of an event, for assistive technology. */
export function rowId(eventId: string): string {
  return `event-${eventId}`
}

interface EventRowProps {
  readonly event: EventJson
  readonly place: { readonly index: number; readonly top: number; readonly height: number }
  readonly columns: readonly ColumnName[]
  readonly template: string | number | undefined
  readonly nowMs: number
  readonly isCurrent: boolean
  readonly isOpen: boolean
  readonly onOpen: (event: EventJson) => void
  readonly onAdd: (term: Term) => void
}

/** A row of the table. */
export const EventRow = memo(
  function EventRow(props: EventRowProps) {
    const { event, place, columns, template, nowMs, isCurrent, isOpen, onOpen, onAdd } = props
    const state = `${isCurrent ? ' row-current' : ''}${isOpen ? ' row-open' : ''}`
    const bad = event.outcome === 'failure' || event.outcome === 'denied' ? ' row-failed' : ''
    return (
      <div
        id={rowId(event.id)}
        role="row"
        aria-rowindex={place.index + 2}
        aria-selected={isOpen}
        className={`row${state}${bad}`}
        style={{
          height: place.height,
          transform: `translateY(${place.top}px)`,
          gridTemplateColumns: template,
        }}
        onClick={() => onOpen(event)}
      >
        {columns.map((name) => (
          <div key={name} role="gridcell" className={`cell cell-${name}`}>
            <span className="cell-text">{cellContent(name, event, nowMs)}</span>
            <CellFilters term={termOf(name, event)} onAdd={onAdd} />
          </div>
        ))}
      </div>
    )
  },
  (one, other) =>
    one.event === other.event &&
    one.place.index === other.place.index &&
    one.place.top === other.place.top &&
    one.place.height === other.place.height &&
    one.template === other.template &&
    one.columns === other.columns &&
    one.isCurrent === other.isCurrent &&
    one.isOpen === other.isOpen &&
    one.onOpen === other.onOpen &&
    one.onAdd === other.onAdd,
)

/** Appears on a cell under the pointer: finds, or leaves out, the events with the same value. */
function CellFilters({
  term,
  onAdd,
}: {
  readonly term: Term | undefined
  readonly onAdd: (term: Term) => void
}) {
  if (term === undefined) return null
  return (
    <span className="cell-filters">
      {[false, true].map((isExcluded) => (
        <button
          key={`${isExcluded}`}
          type="button"
          // Facets and the event's details offer the same to the keyboard.
          tabIndex={-1}
          aria-label={`${isExcluded ? 'Exclude' : 'Only'} ${term.name} ${term.value}`}
          title={isExcluded ? 'Exclude' : 'Only this'}
          onClick={(click) => {
            click.stopPropagation()
            onAdd({ ...term, isExcluded })
          }}
        >
          {isExcluded ? '−' : '+'}
        </button>
      ))}
    </span>
  )
}
