import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { DialectContext } from '../../api/dialect.ts'
import { browserError } from '../errors.ts'
import { bearerTokenOf, type Caller, declareCaller, identify } from './caller.ts'
import { hasCsrfToken } from './session-cookie.ts'

/** Paths for which the rules hold: Quay's `/config` and `/csrf_token` stand outside of them. */
const API_PREFIX = '/api/v1/'
const METHODS_THAT_READ = ['GET', 'HEAD', 'OPTIONS']

/**
 * What the browsers that Quay's rule is for call themselves. As there, those of telephones, Edge,
 * browsers without a window and crawlers are none, though they name one of these too.
 */
const BROWSER = /Chrome|Firefox|Safari|Opera|Konqueror|SeaMonkey|Camino|Netscape|Lynx|Links/
const NO_BROWSER = /bot|crawl|spider|Edg|Headless|Mobile/i

/**
 * Finds out who sends each request of a scope, once its path and method are known to be right, and
 * keeps it to Quay's rules for browsers: a GET by one is sent by a script, and whatever may change
 * something and comes without a valid token repeats the CSRF token of its session.
 *
 * @param xhrOnly Quay's `BROWSER_API_CALLS_XHR_ONLY`.
 */
export function applyBrowserRules(
  scope: FastifyInstance,
  context: DialectContext,
  { xhrOnly }: { readonly xhrOnly: boolean },
): void {
  declareCaller(scope)
  // After the hooks that look at path and method, before a body is read.
  scope.addHook('preParsing', async (request, reply) => {
    if (!request.url.startsWith(API_PREFIX)) return
    // The answer depends on the cookie, which a cache in between has to know.
    if (bearerTokenOf(request) === undefined) void reply.header('Vary', 'Cookie')
    if (xhrOnly) requireScript(request)
    const caller = identify(request, context)
    const isSafe = METHODS_THAT_READ.includes(request.method)
    if (!isSafe && isForgeable(caller) && !hasCsrfToken(request)) {
      throw browserError(403, `CSRF token was invalid or missing.${authorizedAs(caller)}`)
    }
  })
}

/** A token is sent on purpose; a cookie goes along with whatever a page makes a browser send. */
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
