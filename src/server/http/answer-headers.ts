import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Headers of every answer that does not set its own: answers hold events, so no cache keeps them,
 * and a browser takes them for nothing but what they say they are. An onSend hook.
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
