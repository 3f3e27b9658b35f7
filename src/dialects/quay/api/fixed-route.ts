import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { OperationDescription } from '../../api/api-description.ts'
import { answerOptions, refuseOtherMethods } from './allowed-methods.ts'

/** What a route does. It may answer by itself or throw. */
type Answer = (request: FastifyRequest, reply: FastifyReply) => unknown

/** What a path answers, by method. GET answers HEAD too. */
export interface FixedRoute {
  readonly url: string
  readonly describes: OperationDescription
  readonly get?: Answer
  readonly post?: Answer
}

const JSON_BODY_BYTES_MAX = 64 * 1024

/** A path without a namespace in it. As in Quay OPTIONS answers 200, what is not there 405. */
export function fixedRoute(scope: FastifyInstance, route: FixedRoute): void {
  const { url, describes, get, post } = route
  const methods = [...(get ? ['GET', 'HEAD'] : []), 'OPTIONS', ...(post ? ['POST'] : [])]
  scope.route({
    method: scope.supportedMethods,
    url,
    bodyLimit: JSON_BODY_BYTES_MAX,
    config: { operations: [describes] },
    // Before a body is read: a wrong method is wrong with any body.
    onRequest: async (request, reply) => {
      refuseOtherMethods(methods, request, reply)
    },
    handler: async (request, reply) => {
      if (request.method === 'OPTIONS') return answerOptions(reply)
      return request.method === 'POST' ? post?.(request, reply) : get?.(request, reply)
    },
  })
}
