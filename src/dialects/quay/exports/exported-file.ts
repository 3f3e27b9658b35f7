import { firstValue } from '../../api/parameter-values.ts'
import type { QuayAnswer } from '../api/services.ts'
import { problem } from '../errors.ts'

/** `GET /exportedlogs/{file_id}`: what the link of a callback leads to. The link is the right. */
export const sendExportedFile: QuayAnswer = async (request, reply, { context }) => {
  const fileName = firstValue(request.params, 'fileName') ?? ''
  const token = firstValue(request.query, 'token') ?? ''
  const file = await context.exports.open(fileName, token)
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
}
