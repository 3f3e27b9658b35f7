import type { FastifyInstance } from 'fastify'
import type { DialectContext } from '../../api/dialect.ts'
import { refuseOtherMethods } from '../api/allowed-methods.ts'
import { QUAY_OPERATIONS } from '../api/description.ts'
import { problem } from '../errors.ts'

interface ExportedFileRoute {
  readonly Params: { readonly fileName: string }
  readonly Querystring: { readonly token?: unknown }
}

const METHODS = ['GET', 'HEAD']

/** `GET /exportedlogs/{file_id}`: what the link of a callback leads to. The link is the right. */
export function exportedFileRoute(
  scope: FastifyInstance,
  { exports }: Pick<DialectContext, 'exports'>,
): void {
  scope.route<ExportedFileRoute>({
    method: scope.supportedMethods.filter((method) => method !== 'OPTIONS'),
    url: '/exportedlogs/:fileName',
    config: { operations: [QUAY_OPERATIONS.exportedFile] },
    onRequest: async (request, reply) => refuseOtherMethods(METHODS, request, reply),
    handler: async (request, reply) => {
      const { fileName } = request.params
      const { token } = request.query
      const file = await exports.open(fileName, typeof token === 'string' ? token : '')
      if (file.state === 'missing') throw problem('not_found')
      if (file.state === 'expired') throw problem('insufficient_scope', 'The link has expired')
      void reply.headers({
        'Content-Type': 'application/json',
        'Content-Length': file.bytes,
        'Content-Disposition': `attachment; filename="${fileName}.json"`,
        'Cache-Control': 'private, no-store, no-transform',
        'X-Content-Type-Options': 'nosniff',
      })
      if (request.method === 'GET') return reply.send(file.content)
      file.content.destroy()
      return reply.send()
    },
  })
}
