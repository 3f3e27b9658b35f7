import type { FastifyInstance, HTTPMethods } from 'fastify'
import { Fault } from '../core/errors.ts'

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
]

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

/** Answers a known path with a method that it has not by 405 and `Allow` (RFC 9110, 15.5.6). */
export function refuseOtherMethods(
  scope: FastifyInstance,
  methodsOf: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, known] of [...methodsOf]) {
    const allowed = [...known].join(', ')
    scope.route({
      method: METHODS.filter((method) => !known.has(method)),
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
