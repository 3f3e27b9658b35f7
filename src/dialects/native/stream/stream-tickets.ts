import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { StreamTickets } from '../../../access/tokens/stream-tickets.ts'
import { Fault } from '../../../core/errors.ts'
import { formatTimestamp } from '../../../core/time/timestamp.ts'
import { bearerToken, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { mayReadEvents } from '../events/event-search.ts'
import type { NativeScope } from '../native-scope.ts'

/** `POST /v1/events/stream/tickets`: lets a browser's `EventSource` follow the stream. */
export function registerStreamTickets(
  scope: NativeScope,
  context: DialectContext,
  tickets: StreamTickets,
): void {
  const response: Record<201, Type.TSchema> = {
    201: Type.Object({
      ticket: Type.String({ description: 'The parameter `ticket` of `/v1/events/stream`' }),
      expiresAt: Type.String({
        format: 'date-time',
        description: 'Connect before this time; a reconnection is possible for as long',
      }),
    }),
  }
  const schema = {
    summary: 'Create a ticket for one stream at a time, instead of an Authorization header',
    querystring: Type.Object({}, { additionalProperties: false }),
    response,
  }
  const options = { schema, onRequest: mayReadEvents(context) }
  scope.post('/v1/events/stream/tickets', options, async (request, reply) => {
    const token = bearerToken(request)
    if (token === undefined) throw new Fault('access.denied', { detail: NO_TICKET })
    const { ticket, expiresMicros } = tickets.issue(token, principalOf(request))
    return reply.code(201).send({ ticket, expiresAt: formatTimestamp(expiresMicros) })
  })
}

const NO_TICKET = 'a session needs no ticket: EventSource sends its cookie'

/** The ticket of a request whose parameters are not validated yet. */
export function ticketOf({ query }: FastifyRequest): string | undefined {
  if (typeof query !== 'object' || query === null || !('ticket' in query)) return undefined
  const { ticket } = query
  // A repeated ticket is a list: it is invalid, and the header is not used instead.
  return typeof ticket === 'string' ? ticket : ''
}
