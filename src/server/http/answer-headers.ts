import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Default headers of every answer. Answers contain events, so they must not be cached, and browsers
 * must not guess their type. An onSend hook.
 */
export function protectAnswer(
  _request: FastifyRequest,
  reply: FastifyReply,
  _payload: unknown,
  done: () => void,
): void {
  if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', 'no-store')
  void reply.header('X-Content-Type-Options', 'nosniff')
  done()
}
