import { METHODS } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Fault } from '../../core/errors.ts'

/**
 * Has a server know every method that its parser reads, so that what a path has no answer for is
 * refused as a method, also by scopes that were made before. (CONNECT never gets to a route.)
 */
export function knowAllMethods(server: FastifyInstance): void {
  for (const method of METHODS) {
    const isKnown = method === 'CONNECT' || server.supportedMethods.includes(method)
    if (!isKnown) server.addHttpMethod(method)
  }
}

/** The methods of every route that is registered from now on, by path. */
export function watchRoutes(scope: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const methodsOf = new Map<string, Set<string>>()
  scope.addHook('onRoute', ({ url, method }) => {
    const known = methodsOf.get(url) ?? new Set()
    methodsOf.set(url, known)
    for (const one of [method].flat()) known.add(one)
  })
  return methodsOf
}

/**
 * Answers a known path with a method that it has not, by 405 and `Allow` (RFC 9110, 15.5.6): for
 * routes that are registered one by one. An `Api` does so for its own.
 */
export function refuseOtherMethods(
  scope: FastifyInstance,
  methodsOf: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, known] of [...methodsOf]) {
    const allowed = [...known].join(', ')
    scope.route({
      method: scope.supportedMethods.filter((method) => !known.has(method)),
      url,
      schema: { hide: true },
      onRequest: async (_request, reply) => {
        void reply.header('Allow', allowed)
        throw new Fault('resource.method', { detail: `allowed are ${allowed}` })
      },
      handler: () => undefined,
    })
  }
}
