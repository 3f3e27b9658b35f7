import type { FastifyRequest } from 'fastify'
import { Fault } from '../../../core/errors.ts'

const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses a request that another site made a browser send along with its cookie. Browsers name the
 * origin of the page with every request that changes something, and newer ones how it relates to
 * the server.
 *
 * @throws Fault `access.denied`.
 */
export function refuseForgery(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site']
  if (SAFE_METHODS.includes(request.method)) {
    if (site !== 'cross-site') return
    throw new Fault('access.denied', { detail: 'another site sent this request' })
  }
  if (request.headers.origin === undefined) {
    throw new Fault('access.denied', {
      detail: 'a request with a session that changes something needs the header Origin',
    })
  }
  refuseOtherOrigins(request)
}

/**
 * Refuses a request whose headers name another origin; a client that is no browser names none.
 *
 * @throws Fault `access.denied`.
 */
export function refuseOtherOrigins(request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const own = `${request.protocol}://${request.host}`.toLowerCase()
  if (origin !== undefined && origin.toLowerCase() !== own) {
    throw new Fault('access.denied', {
      detail:
        `the page is of ${origin.slice(0, ORIGIN_SHOWN_MAX)}, and this server is ${own}. Behind ` +
        'a proxy, list it in `trustedProxies` and let it send X-Forwarded-Host and ' +
        'X-Forwarded-Proto',
    })
  }
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new Fault('access.denied', { detail: 'another site sent this request' })
}

/** Longest part of an origin that an error repeats, in characters. */
const ORIGIN_SHOWN_MAX = 200
