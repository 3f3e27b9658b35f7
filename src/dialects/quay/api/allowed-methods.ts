import type { FastifyReply, FastifyRequest } from 'fastify'
import { wrongMethod } from '../errors.ts'

/** @throws QuayError 405; `Allow` names the methods there are, as in the answer to OPTIONS. */
export function refuseOtherMethods(
  methods: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const isKnown = methods.includes(request.method)
  if (!isKnown || request.method === 'OPTIONS') void reply.header('Allow', methods.join(', '))
  if (!isKnown) throw wrongMethod()
}

/** The answer to OPTIONS, whose headers say everything: empty, and of Quay's media type. */
export function answerOptions(reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').send('')
}
