import { createGunzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest, RequestPayload } from 'fastify'
import { Fault } from '../core/errors.ts'

/**
 * Whether the body of a request is compressed with gzip.
 *
 * @throws Fault `request.media-type` for any other encoding.
 */
export function isGzip(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return false
  if (encoding === 'gzip' || encoding === 'x-gzip') return true
  throw new Fault('request.media-type', { detail: 'Content-Encoding is gzip or left out' })
}

/**
 * A `preParsing` hook that undoes `Content-Encoding: gzip`. The framework bounds what comes out as
 * well as what goes in.
 */
export function decompressed(
  request: FastifyRequest,
  _reply: FastifyReply,
  payload: RequestPayload,
  done: (error: null, payload: RequestPayload) => void,
): void {
  if (!isGzip(request)) {
    done(null, payload)
    return
  }
  const gunzip = createGunzip()
  payload.on('error', (error) => gunzip.destroy(error))
  // The framework compares this with Content-Length.
  Object.defineProperty(gunzip, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
  done(null, payload.pipe(gunzip))
}
