import type { FastifyRequest } from 'fastify'
import { forbidden } from '../errors.ts'

/**
 * Refuses a request that a page of another site makes a browser send: its form could sign the
 * browser in as another user. The content type does not tell, since the vendor's own clients send
 * JSON and fields under that of forms. Browsers name the page's origin with each POST; other
 * clients name none.
 *
 * @throws ApiError 403.
 */
export function refuseOtherSites(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (site === 'cross-site' || site === 'same-site') throw forbidden()
  if (origin !== undefined && hostOf(origin) !== request.host.toLowerCase()) throw forbidden()
}

/** The host and port of an origin, as in `Host`; undefined for `null` and what is no origin. */
function hostOf(origin: string): string | undefined {
  const { host } = /^https?:\/\/(?<host>[^/?#@\s]+)$/i.exec(origin)?.groups ?? {}
  return host?.toLowerCase()
}
