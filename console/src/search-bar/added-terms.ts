import { type Term, termProblem, withTerm } from '../search/term.ts'

/**
 * The terms of a search with more. Words join the text that is there, so that all must occur: two
 * texts of the API would be alternatives.
 */
export function addedTerms(terms: readonly Term[], more: readonly Term[]): readonly Term[] {
  return more.reduce(addedTerm, terms)
}

function addedTerm(terms: readonly Term[], term: Term): readonly Term[] {
  const text = terms.find(({ name, isExcluded }) => name === 'q' && !isExcluded)
  if (term.name !== 'q' || term.isExcluded || text === undefined) return withTerm(terms, term)
  const words = new Set([...text.value.split(/\s+/), ...term.value.split(/\s+/)])
  const joined: Term = { ...text, value: [...words].join(' ') }
  if (termProblem(joined) !== undefined) return terms
  return terms.map((one) => (one === text ? joined : one))
}
