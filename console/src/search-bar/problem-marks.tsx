import type { QueryProblem } from '../search/query-text.ts'

/** The text of the search box again, invisible, with wavy lines below what cannot be searched. */
export function ProblemMarks({
  text,
  problems,
  scrollLeft,
}: {
  readonly text: string
  readonly problems: readonly QueryProblem[]
  readonly scrollLeft: number
}) {
  const places = problems.toSorted((one, other) => one.start - other.start)
  return (
    <div className="problem-marks" aria-hidden="true">
      <div style={{ transform: `translateX(${-scrollLeft}px)` }}>
        {places.map(({ start, end }, index) => (
          <span key={`${start}`}>
            {text.slice(places[index - 1]?.end ?? 0, start)}
            <mark>{text.slice(start, end)}</mark>
          </span>
        ))}
      </div>
    </div>
  )
}
