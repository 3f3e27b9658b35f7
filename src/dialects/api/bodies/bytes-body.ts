import type { FastifyInstance } from 'fastify'

/**
 * Leaves the bodies of a scope as the bytes that came, whatever their media type: for an API that
 * reads them itself, or looks at something else first.
 */
export function keepBodiesAsBytes(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
}
