import { Button } from '@patternfly/react-core'
import CloseIcon from '@patternfly/react-icons/dist/esm/icons/times-icon'
import type { Term } from '../search/term.ts'
import { VisibleText } from '../shell/visible-text.tsx'

/** The conditions of the search: each can be reversed or removed. */
export function FilterChips({
  terms,
  onChange,
}: {
  readonly terms: readonly Term[]
  readonly onChange: (terms: readonly Term[]) => void
}) {
  if (terms.length === 0) return null
  const replaced = (index: number, ...others: readonly Term[]) =>
    onChange(terms.flatMap((term, at) => (at === index ? others : [term])))
  return (
    <ul className="chips" aria-label="Conditions">
      {terms.map((term, index) => (
        <FilterChip
          key={`${term.isExcluded}${term.name}:${term.value}`}
          term={term}
          onReverse={() => replaced(index, { ...term, isExcluded: !term.isExcluded })}
          onRemove={() => replaced(index)}
        />
      ))}
      {terms.length > 1 && (
        <li>
          <Button variant="link" isInline onClick={() => onChange([])}>
            Clear all
          </Button>
        </li>
      )}
    </ul>
  )
}

function FilterChip({
  term: { name, value, isExcluded },
  onReverse,
  onRemove,
}: {
  readonly term: Term
  readonly onReverse: () => void
  readonly onRemove: () => void
}) {
  const label = name === 'q' ? 'text' : name
  return (
    <li className={isExcluded ? 'chip chip-excluded' : 'chip'}>
      <button
        type="button"
        className="chip-text"
        aria-pressed={isExcluded}
        title={isExcluded ? 'Excluded. Click to include.' : 'Included. Click to exclude.'}
        onClick={onReverse}
      >
        <span className="chip-name">{isExcluded ? `not ${label}` : label}</span>
        <span className="chip-value">
          <VisibleText text={value} />
        </span>
      </button>
      <button
        type="button"
        className="chip-remove"
        aria-label={`Remove ${label} ${value}`}
        onClick={onRemove}
      >
        <CloseIcon />
      </button>
    </li>
  )
}
