import type { FastifyRequest } from 'fastify'
import { actorOf, type Principal } from '../../../access/directory/principal.ts'
import { cutText } from '../../../core/cut-text.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import type { NewEvent } from '../../../core/event/new-event.ts'
import { NAME_LENGTH_MAX } from '../../../core/limits.ts'
import { redactText } from '../../../core/redaction/redact.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { clientOf } from '../../api/request-client.ts'
import { filterParameters } from '../events/filter-parameters.ts'

/** Most text of the filters of a search that its record repeats, in UTF-16 units. */
export const SEARCH_TEXT_RECORDED_MAX = 8_192

/** How a search was answered. */
export interface SearchAnswer {
  readonly form: 'page' | 'count' | 'histogram' | 'facets' | 'stream' | 'download'
  /** Rows of the first page. */
  readonly rows?: number
  /** Whether there are more rows than those. */
  readonly hasMore?: boolean
  /** All events that match, if they were counted. */
  readonly matches?: number
}

/** A search that was answered. */
export interface AnsweredSearch {
  readonly tenant: string
  readonly timeMicros: number
  readonly principal: Principal
  readonly request: FastifyRequest
  readonly answer: SearchAnswer
}

/** The event of a search: who asked what, and how many rows came back. */
export function searchEvent(search: AnsweredSearch): NewEvent {
  const { principal, request, answer } = search
  const { asked, isCut } = askedBy(request)
  const text = searchText(asked)
  return {
    time: formatTimestamp(search.timeMicros),
    tenant: search.tenant,
    action: 'log.search',
    outcome: 'success',
    actor: actorOf(principal),
    // In lists of events it is what was searched for.
    target: { type: 'log', ...(text !== '' && { name: cutText(text, NAME_LENGTH_MAX) }) },
    client: clientOf(request),
    details: {
      ...answer,
      // An id of a token or a session, never its secret.
      by: principal.tokenId,
      search: asked,
      ...(isCut && { isSearchCut: true }),
    },
  }
}

/** The filters of a request as they were sent, without secrets, up to a length. */
function askedBy({ query }: FastifyRequest): {
  readonly asked: JsonObject
  readonly isCut: boolean
} {
  let left = SEARCH_TEXT_RECORDED_MAX
  let isCut = false
  const recorded = (value: string) => {
    const text = recordableText(redactText(value))
    const kept = cutText(text, left)
    left -= kept.length
    if (kept !== text) isCut = true
    return kept
  }
  const asked = Object.entries(Object(query) as Record<string, string | string[]>).flatMap(
    ([name, value]) => {
      if (!Object.hasOwn(filterParameters, name)) return []
      const texts = Array.isArray(value) ? value.map(recorded) : recorded(value)
      return [[name, texts] as const]
    },
  )
  return { asked: Object.fromEntries(asked), isCut }
}

/** `namespace=shop&q=a word`, as a person reads it. */
function searchText(asked: JsonObject): string {
  return Object.entries(asked)
    .flatMap(([name, values]) => [values].flat().map((value) => `${name}=${value}`))
    .join('&')
}
