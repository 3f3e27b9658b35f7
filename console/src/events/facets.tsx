import { Button } from '@patternfly/react-core'
import { useQueries } from '@tanstack/react-query'
import { describeError } from '../api/api-problem.ts'
import { type AskedSearch, type Facet, readFacet } from '../api/search-requests.ts'
import { type FilterName, isAboutSame, type Term } from '../search/term.ts'
import { VisibleText } from '../shell/visible-text.tsx'
import { numberText, shortNumber } from '../time/time-text.ts'

/** The fields whose most frequent values are shown. */
const FIELDS = ['action', 'actor', 'namespace', 'outcome'] as const

/** The facets of a search, which are asked for once its first page is there. */
export function useFacets(asked: AskedSearch, isReady: boolean) {
  return useQueries({
    queries: FIELDS.map((field) => ({
      queryKey: ['facet', field, asked.id],
      queryFn: ({ signal }: { signal: AbortSignal }) => readFacet(asked, field, signal),
      enabled: isReady,
      // Of the previous search, until the new ones are there: nothing jumps.
      placeholderData: (previous: Facet | undefined) => previous,
    })),
  })
}

/** The most frequent values of the fields that are asked about most. */
export function Facets({
  queries,
  terms,
  onAdd,
}: {
  readonly queries: ReturnType<typeof useFacets>
  readonly terms: readonly Term[]
  readonly onAdd: (term: Term) => void
}) {
  return (
    <aside className="facets" aria-label="Most frequent values">
      {FIELDS.map((field, index) => (
        <FacetList
          key={field}
          field={field}
          facet={queries[index]?.data}
          error={queries[index]?.error}
          terms={terms}
          onAdd={onAdd}
        />
      ))}
    </aside>
  )
}

function FacetList({
  field,
  facet,
  error,
  terms,
  onAdd,
}: {
  readonly field: FilterName
  readonly facet: Facet | undefined
  readonly error: unknown
  readonly terms: readonly Term[]
  readonly onAdd: (term: Term) => void
}) {
  const values = facet?.values ?? []
  return (
    <section className="facet" aria-label={field}>
      <h2>{field}</h2>
      <ul>
        {values.map(({ value, count }) => (
          <FacetValue
            key={value}
            term={{ name: field, value, isExcluded: false }}
            count={count}
            isChosen={terms.some((one) =>
              isAboutSame(one, { name: field, value, isExcluded: false }),
            )}
            onAdd={onAdd}
          />
        ))}
        {error != null && <li className="quiet">{describeError(error).title}</li>}
        {facet !== undefined && values.length === 0 && <li className="quiet">no values</li>}
      </ul>
    </section>
  )
}

function FacetValue({
  term,
  count,
  isChosen,
  onAdd,
}: {
  readonly term: Term
  readonly count: number
  readonly isChosen: boolean
  readonly onAdd: (term: Term) => void
}) {
  return (
    <li className={isChosen ? 'facet-value facet-chosen' : 'facet-value'}>
      <button type="button" title={term.value} onClick={() => onAdd(term)}>
        <span className="facet-name">
          <VisibleText text={term.value} />
        </span>
        <span className="facet-count" title={numberText(count)}>
          {shortNumber(count)}
        </span>
      </button>
      <Button
        variant="plain"
        className="facet-exclude"
        aria-label={`Exclude ${term.name} ${term.value}`}
        title="Exclude"
        onClick={() => onAdd({ ...term, isExcluded: true })}
      >
        −
      </Button>
    </li>
  )
}
