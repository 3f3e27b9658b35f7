import type { FastifyInstance } from 'fastify'

/** Slashes that follow each other, plain or encoded. */
const DOUBLED = /(?:\/|%2F){2,}/gi

/**
 * Redirects a path with doubled slashes to the one with single slashes, as Quay does: a client that
 * joins a base URL and a path by a slash too many is answered all the same. 308 keeps the method
 * and the body.
 */
export function redirectDoubledSlashes(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (request, reply) => {
    const [path = '', ...query] = request.url.split('?')
    const single = path.replaceAll(DOUBLED, '/')
    if (single === path) return
    return reply.redirect([single, ...query].join('?'), 308)
  })
}
