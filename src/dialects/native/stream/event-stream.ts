import { setMaxListeners } from 'node:events'
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Principal } from '../../../access/directory/principal.ts'
import { visibleEvents } from '../../../access/directory/visibility.ts'
import { createStreamTickets, type StreamTickets } from '../../../access/tokens/stream-tickets.ts'
import { Fault } from '../../../core/errors.ts'
import type { EventFilter } from '../../../core/query/query.ts'
import { askerOf } from '../../../core/turns/asker.ts'
import { Quota, type QuotaLimits } from '../../../core/turns/quota.ts'
import type { AnswerDescription } from '../../api/api-description.ts'
import { authenticated, bearerToken, principalOf } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problemAnswers } from '../../api/problems/problem-answers.ts'
import { requestContext } from '../../api/request-context.ts'
import { READING_SCOPES } from '../events/event-search.ts'
import { type FilterParameters, filterParameters, readFilter } from '../events/filter-parameters.ts'
import {
  ORIGIN_HEADER,
  positionParameters,
  refuseForeignPosition,
} from '../events/ledger-position.ts'
import type { NativeScope } from '../native-scope.ts'
import type { SearchRecords } from '../searches/search-records.ts'
import { sessionOf } from '../session/browser-session.ts'
import { follow } from './followed-events.ts'
import { registerStreamTickets, ticketOf } from './stream-tickets.ts'

/** Most streams open at once. */
export const STREAMS = {
  what: 'streams',
  callerMax: 16,
  tenantMax: 128,
  allMax: 256,
  retryAfterSeconds: 30,
} as const satisfies QuotaLimits

/** The content of `Last-Event-ID`; empty for none. */
const SEQ_OR_NOTHING = /^(?:-1|\d{1,15})?$/

const STREAM: AnswerDescription = {
  description: 'The stream, until the client or the server ends it',
  content: {
    'text/event-stream': Type.String({
      description: 'The `data` of each message is an event as JSON, its `id` the seq of the event',
      examples: ['id: 41\nevent: event\ndata: {"action":"image.push","seq":41}\n\n'],
    }),
  },
  headers: { [ORIGIN_HEADER]: 'The ledger that the ids refer to' },
}

/**
 * `GET /v1/events/stream`: server-sent events (WHATWG HTML, section 9.2) of this instance's ledger,
 * in ledger order. `Last-Event-ID` or `after` continues after a seq; without them the stream begins
 * now. A seq that this ledger does not have is rejected, because waiting for it would skip events.
 * Clients that cannot send headers use a ticket.
 */
export function registerEventStream(
  scope: NativeScope,
  context: DialectContext,
  searches: SearchRecords,
): void {
  const stopping = new AbortController()
  // Every open stream listens for the server to stop.
  setMaxListeners(STREAMS.allMax, stopping.signal)
  const streams = new Quota(STREAMS)
  const tickets = createStreamTickets(context.clock)
  registerStreamTickets(scope, context, tickets)
  const findToken = (request: FastifyRequest) => tokenOf(request, tickets)
  const onRequest = authenticated(context.directory, { scopes: READING_SCOPES }, findToken)
  const callerOf = (request: FastifyRequest) => {
    const token = findToken(request)
    if (token === undefined) return () => sessionOf(request)?.current()
    return () => context.directory.authenticate(token)
  }
  scope.addHook('preClose', async () => stopping.abort())
  const schema = {
    operationId: 'followEvents',
    summary: 'Follow events as they are stored, as server-sent events',
    headers: Type.Object({
      'Last-Event-ID': Type.Optional(
        Type.String({
          documented: { pattern: SEQ_OR_NOTHING.source },
          description: 'The id of the last event received; the stream continues after it',
        }),
      ),
    }),
    answers: { 200: STREAM, ...problemAnswers([409]) },
    querystring: Type.Object(
      {
        ...filterParameters,
        ...positionParameters,
        ticket: Type.Optional(
          Type.String({
            description:
              'A ticket from `POST /v1/events/stream/tickets`, instead of an Authorization header',
          }),
        ),
      },
      { additionalProperties: false },
    ),
  }
  const options = { schema, onRequest, exposeHeadRoute: false }
  scope.get('/v1/events/stream', options, async (request, reply) => {
    const { after, origin, ticket, ...parameters } = request.query
    const filter = currentFilter(callerOf(request), parameters)
    const first = filter()
    const asked = requestContext(context, request)
    const status = context.ledger.status()
    const afterSeq = lastEventId(request) ?? after ?? status.size - 1
    refuseForeignPosition({ afterSeq, origin }, context.ledger)
    const leave = streams.enter(askerOf(principalOf(request)))
    const ended = new AbortController()
    const end = () => ended.abort()
    const disconnected = ticket === undefined ? undefined : tickets.connect(ticket, end)
    stopping.signal.addEventListener('abort', end)
    reply.raw.once('close', () => {
      end()
      disconnected?.()
      stopping.signal.removeEventListener('abort', end)
      leave()
    })
    if (first !== undefined) await searches.record(request, first, { form: 'stream' })
    return (
      reply
        .header('Content-Type', 'text/event-stream')
        // A compressing proxy would hold events back until its buffer is full.
        .header('Cache-Control', 'no-store, no-transform')
        .header('X-Accel-Buffering', 'no')
        .header(ORIGIN_HEADER, status.origin)
        .send(
          Readable.from(follow(asked, { filter, afterSeq, ended: ended.signal }), {
            highWaterMark: 1,
          }),
        )
    )
  })
}

/** A ticket overrides a header and a cookie, because browsers add those by themselves. */
function tokenOf(request: FastifyRequest, tickets: StreamTickets): string | undefined {
  const ticket = ticketOf(request)
  return ticket === undefined ? bearerToken(request) : (tickets.tokenOf(ticket) ?? '')
}

/**
 * The current filter for a caller; undefined once its token is expired or revoked, or its session
 * has ended. A stream may live for months, but revoked rights must not.
 */
function currentFilter(
  caller: () => Principal | undefined,
  parameters: FilterParameters,
): () => EventFilter | undefined {
  return () => {
    const principal = caller()
    return principal === undefined ? undefined : readFilter(parameters, visibleEvents(principal))
  }
}

function lastEventId(request: FastifyRequest): number | undefined {
  const header = request.headers['last-event-id']
  if (typeof header !== 'string' || header === '') return undefined
  const seq = SEQ_OR_NOTHING.test(header) ? Number(header) : Number.NaN
  if (Number.isSafeInteger(seq)) return seq
  throw new Fault('request.invalid', {
    problems: [
      { path: 'Last-Event-ID', expected: 'the id of an event of this stream, which is a seq' },
    ],
  })
}
