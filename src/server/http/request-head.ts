import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../../core/errors.ts'
import { URL_LENGTH_MAX } from './limits.ts'

/** A host name or IPv4 address, or an IPv6 address in brackets, with an optional port. */
const HOST = /^(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

/** Rejects a URL over the limit and an invalid `Host` (RFC 9112, 3.2). An onRequest hook. */
export function checkRequestHead(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: () => void,
): void {
  if (request.url.length > URL_LENGTH_MAX) {
    const detail = `a URL can have at most ${URL_LENGTH_MAX} characters`
    throw new Fault('request.too-large', { detail })
  }
  const { raw } = request
  const hosts = countHosts(raw.rawHeaders)
  const isCounted = hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0')
  if (!isCounted || !HOST.test(raw.headers.host ?? '')) {
    throw new Fault('request.malformed', {
      detail: 'a request must have exactly one valid Host header',
    })
  }
  done()
}

/** Counts in the raw headers, because `headers` contains only the first `Host`. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
