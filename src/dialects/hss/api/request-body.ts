import type { FastifyRequest } from 'fastify'
import { badRequest } from '../errors.ts'

/** Largest body of a request, in bytes, ten times what any request needs. */
export const BODY_BYTES_MAX = 64 * 1024

/**
 * The body of a request as it was sent. The framework parses no body of a GET, but the vendor's
 * clients send `{}` with some, and sign it.
 *
 * @throws HssError 413.
 */
export async function rawBody(request: FastifyRequest): Promise<Buffer> {
  if (Buffer.isBuffer(request.body)) return request.body
  const chunks: Buffer[] = []
  let bytes = 0
  // A connection that was destroyed here could not carry the answer.
  for await (const chunk of request.raw.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > BODY_BYTES_MAX) throw badRequest(413)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
