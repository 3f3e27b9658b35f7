import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { invalidValue } from '../../../core/errors.ts'

/** Names the search that a request belongs to. */
const SEARCH_HEADER = 'Waybill-Search'

const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(; part)?$/

/** The header, for the description of the routes that take it. */
export const searchHeaders: Type.TSchema = Type.Object({
  [SEARCH_HEADER]: Type.Optional(
    Type.String({
      documented: { pattern: FORM.source },
      description:
        'A UUID that the requests of one search share, so that its page, histogram and facets ' +
        'are recorded once; with `; part`, a request whose rows are not those of the search',
    }),
  ),
})

/** The search that a request names. */
export interface SearchName {
  readonly id: string
  /** Whether the rows of the request are not those of the search. */
  readonly isPart: boolean
}

/**
 * The search that a request belongs to; undefined when it names none.
 *
 * @throws Fault `request.invalid` for a name in another form.
 */
export function searchNameOf(request: FastifyRequest): SearchName | undefined {
  const header = request.headers[SEARCH_HEADER.toLowerCase()]
  if (header === undefined) return undefined
  const [, id, part] = (typeof header === 'string' ? FORM.exec(header) : null) ?? []
  if (id !== undefined) return { id, isPart: part !== undefined }
  throw invalidValue(SEARCH_HEADER, 'a UUID in lower case, with `; part` after it or without')
}
