import { Button } from '@patternfly/react-core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { describeError } from '../api/api-problem.ts'
import { type AskedSearch, type Facet, readFacets } from '../api/search-requests.ts'
import { isAboutSame, type Term } from '../search/term.ts'
import { VisibleText } from '../shell/visible-text.tsx'
import { numberText, shortNumber } from '../time/time-text.ts'

/** The facets of a search, which are asked for once its first page is there. */
export function useFacets(asked: AskedSearch, isReady: boolean) {
  return useQuery({
    queryKey: ['facets', asked.id],
    queryFn: ({ signal }): Promise<readonly Facet[]> => readFacets(asked, signal),
    enabled: isReady,
    // Of the previous search, until the new ones are there: nothing jumps.
    placeholderData: keepPreviousData,
  })
}

/** The most frequent values of the fields that are asked about most. */
export function Facets({
  found,
  terms,
  onAdd,
}: {
  readonly found: ReturnType<typeof useFacets>
  readonly terms: readonly Term[]
  readonly onAdd: (term: Term) => void
}) {
  return (
    <aside className="facets" aria-label="Most frequent values">
      {found.error !== null && <p className="quiet">{describeError(found.error).title}</p>}
      {found.data?.map((facet) => (
        <FacetList key={facet.field} facet={facet} terms={terms} onAdd={onAdd} />
      ))}
    </aside>
  )
}

function FacetList({
  facet: { field, values, isApproximate },
  terms,
  onAdd,
}: {
  readonly facet: Facet
  readonly terms: readonly Term[]
  readonly onAdd: (term: Term) => void
}) {
  return (
    <section className="facet" aria-label={field}>
      <h2>{field}</h2>
      {isApproximate && <p className="quiet">of the latest events</p>}
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
        {values.length === 0 && <li className="quiet">no values</li>}
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
