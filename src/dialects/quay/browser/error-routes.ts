import type { FastifyInstance } from 'fastify'
import { QUAY_OPERATIONS } from '../api/description.ts'
import { fixedRoute } from '../api/fixed-route.ts'
import { sendJson } from '../api/json.ts'
import { ERROR_DESCRIPTIONS, errorUrl, problem } from '../errors.ts'

/** `GET /api/v1/error/{type}`: what the `type` of a problem points to. */
export function errorRoutes(scope: FastifyInstance): void {
  fixedRoute(scope, {
    url: '/api/v1/error/:type',
    describes: QUAY_OPERATIONS.error,
    get(request, reply) {
      const type = String(Reflect.get(Object(request.params), 'type'))
      const description = ERROR_DESCRIPTIONS.get(type)
      if (description === undefined) throw problem('not_found')
      return sendJson(reply, { type: errorUrl(type, request), title: type, description })
    },
  })
}
