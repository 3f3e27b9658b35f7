import type { FastifyRequest } from 'fastify'
import type { EventReader } from '../../core/query/query.ts'
import { askerOf } from '../../core/turns/asker.ts'
import { senderOf } from './authentication.ts'
import type { DialectContext } from './dialect.ts'

interface RequestReader {
  /** Reads for the request's sender, while the client waits for the answer. */
  readonly events: EventReader
}

/** What a dialect may use to answer one request. */
export type RequestContext = DialectContext & RequestReader

/** The context of a request whose sender is known; otherwise it reads as Waybill itself. */
export function requestContext<Context extends Pick<DialectContext, 'readers'>>(
  context: Context,
  request: FastifyRequest,
): Context & RequestReader {
  const sender = senderOf(request)
  const { readers } = context
  if (sender === undefined) return { ...context, events: readers.own }
  const { socket } = request.raw
  return { ...context, events: readers.of(askerOf(sender), () => socket.destroyed) }
}
