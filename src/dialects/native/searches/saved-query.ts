import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { invalidValue } from '../../../core/errors.ts'
import { filterParameters, readFilter } from '../events/filter-parameters.ts'

const FilterParameters = Type.Object(filterParameters)

/** What an address of the events page states besides filters. */
const PAGE_PARAMETERS = ['last', 'order', 'columns', 'live']
/** Parameters that are stated once. */
const SINGLE_PARAMETERS = ['from', 'to']

/**
 * Checks the query of a saved search: the filters of the API, and what the events page states
 * besides them.
 *
 * @throws Fault `request.invalid` that names the parameter.
 */
export function requireQuery(query: string): void {
  const filters: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (PAGE_PARAMETERS.includes(name)) continue
    if (!Object.hasOwn(filterParameters, name)) {
      throw invalidValue('/query', `filters and ${PAGE_PARAMETERS.join(', ')}, not ${name}`)
    }
    if (SINGLE_PARAMETERS.includes(name)) filters[name] = value
    else filters[name] = [...(filters[name] ?? []), value]
  }
  if (!Value.Check(FilterParameters, filters)) {
    const [error] = Value.Errors(FilterParameters, filters)
    throw invalidValue('/query', `${error?.instancePath ?? ''} ${error?.message ?? ''}`.trim())
  }
  readFilter(filters, { tenants: [], conditions: [] })
}
