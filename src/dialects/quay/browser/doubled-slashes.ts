import type { FastifyInstance } from 'fastify'

/** Consecutive slashes, plain or encoded. */
const DOUBLED = /(?:\/|%2F){2,}/gi

/**
 * Redirects a path with consecutive slashes to the one with single slashes, as Quay does, for
 * clients that join a base URL and a path with a slash too many. 308 keeps the method and the body.
 */
export function redirectDoubledSlashes(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request, reply) => {
    const [path = '', ...query] = request.url.split('?')
    const single = path.replaceAll(DOUBLED, '/')
    if (single === path) return
    return reply.redirect([single, ...query].join('?'), 308)
  })
}
