import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DialectContext } from '../../api/dialect.ts'
import { browserError } from '../errors.ts'
import { bearerTokenOf, type Caller, declareCaller, identify } from './caller.ts'
import { hasCsrfToken } from './session-cookie.ts'

/** Paths to which the rules apply; Quay's `/config` and `/csrf_token` are exempt. */
const API_PREFIX = '/api/v1/'
const METHODS_THAT_READ = ['GET', 'HEAD', 'OPTIONS']

/**
 * User agents that Quay's rule treats as browsers. As in Quay, phones, Edge, headless browsers and
 * crawlers are excluded, although they name one of these too.
 */
const BROWSER = /Chrome|Firefox|Safari|Opera|Konqueror|SeaMonkey|Camino|Netscape|Lynx|Links/
const NO_BROWSER = /bot|crawl|spider|Edg|Headless|Mobile/i

/**
 * Identifies the sender of each request of a scope, once its path and method are valid, and applies
 * Quay's rules for browsers: a GET from a browser must be sent by a script, and a changing request
 * without a valid token must repeat the CSRF token of its session.
 *
 * @param xhrOnly Quay's `BROWSER_API_CALLS_XHR_ONLY`.
 */
export function applyBrowserRules(
  scope: FastifyInstance,
  context: DialectContext,
  { xhrOnly }: { readonly xhrOnly: boolean },
): void {
  declareCaller(scope)
  // After the hooks for path and method, before a body is read.
  scope.addHook('preParsing', async (request, reply) => {
    if (!request.url.startsWith(API_PREFIX)) return
    // The answer depends on the cookie, which caches must know.
    if (bearerTokenOf(request) === undefined) void reply.header('Vary', 'Cookie')
    if (xhrOnly) requireScript(request)
    const caller = identify(request, context)
    const isSafe = METHODS_THAT_READ.includes(request.method)
    if (!isSafe && isForgeable(caller) && !hasCsrfToken(request)) {
      throw browserError(403, `CSRF token was invalid or missing.${authorizedAs(caller)}`)
    }
  })
}

/** A token is sent on purpose, but a browser adds a cookie to whatever a page makes it send. */
function isForgeable(caller: Caller | undefined): boolean {
  return caller === undefined || caller.session !== undefined
}

function authorizedAs(caller: Caller | undefined): string {
  return caller === undefined ? '' : ` (authorized: user ${caller.principal.name})`
}

function requireScript(request: FastifyRequest): void {
  if (request.method !== 'GET' || !isBrowser(request.headers['user-agent'] ?? '')) return
  if (request.headers['x-requested-with'] === 'XMLHttpRequest') return
  throw browserError(
    400,
    'API calls must be invoked with an X-Requested-With header if called from a browser',
  )
}

function isBrowser(userAgent: string): boolean {
  return BROWSER.test(userAgent) && !NO_BROWSER.test(userAgent)
}
