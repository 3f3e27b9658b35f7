import { Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyRequest, preParsingHookHandler } from 'fastify'
import { Type } from 'typebox'
import { Fault } from '../../../core/errors.ts'

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

/** `Content-Encoding` as `isGzip` reads it. */
export const ContentEncoding = Type.Optional(
  Type.String({
    pattern: '^(?:(?:x-)?gzip|identity)?$',
    description: 'How the body is packed; identity or empty: not at all',
  }),
)

/** Looks at a chunk of what comes out of a body, and throws a Fault to end the reading. */
export type WatchChunk = (chunk: Buffer) => void

/**
 * A `preParsing` hook that undoes `Content-Encoding: gzip`. The framework bounds what comes out as
 * well as what goes in.
 *
 * @param watchOf makes what watches a decompressed body: a few bytes may hold millions of items, so
 *   the reading ends at the first one too many. A plain body is not watched: it costs its sender
 *   as much as the server.
 */
export function decompressing(
  watchOf: (request: FastifyRequest) => WatchChunk,
): preParsingHookHandler {
  return (request, _reply, payload, done) => {
    if (!isGzip(request)) {
      done(null, payload)
      return
    }
    const gunzip = createGunzip()
    const watched = watching(watchOf(request))
    payload.on('error', (error) => gunzip.destroy(error))
    gunzip.on('error', (error) => watched.destroy(error))
    watched.on('error', () => gunzip.destroy())
    // The framework compares this with Content-Length.
    Object.defineProperty(watched, 'receivedEncodedLength', { get: () => gunzip.bytesWritten })
    done(null, payload.pipe(gunzip).pipe(watched))
  }
}

function watching(watch: WatchChunk): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        watch(chunk)
        done(null, chunk)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })
}
