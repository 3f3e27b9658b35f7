import type { FastifyReply, FastifyRequest } from 'fastify'

/** The answer to OPTIONS, whose headers say everything: empty, and of Quay's media type. */
export function answerOptions(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').send('')
}
