import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Directory } from '../../access/directory/directory.ts'
import type { Principal, Scope } from '../../access/directory/principal.ts'
import { hasScope } from '../../access/directory/visibility.ts'
import { Fault } from '../../core/errors.ts'

/** What a route requires of its caller. */
export interface Requirement {
  /** The token has one of these. */
  readonly scopes: readonly Scope[]
  /** In addition to the scope: what the roles must allow. */
  readonly may?: (principal: Principal) => boolean
}

/** The tokens of `authenticated` in the API document. */
export const TOKEN_SCHEME = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
} as const

/** Finds the token in a request. */
export type TokenFinder = (request: FastifyRequest) => string | undefined

const PRINCIPAL = 'principal'

/** Lets the routes of a scope remember their caller. */
export function declarePrincipal(scope: FastifyInstance): void {
  scope.decorateRequest(PRINCIPAL, null)
}

/**
 * An `onRequest` hook that rejects requests before their body is read: `access.unauthenticated`
 * without a valid token, `access.denied` when the requirement is not met.
 *
 * A request without a token may have been identified before, by the session of a browser.
 */
export function authenticated(
  directory: Directory,
  requirement: Requirement,
  findToken: TokenFinder = bearerToken,
): onRequestHookHandler {
  // A callback instead of a promise, because it runs for every request.
  return (request, _reply, done) => {
    const token = findToken(request)
    const principal = token === undefined ? senderOf(request) : bearerOf(request, directory, token)
    if (principal === undefined) throw new Fault('access.unauthenticated')
    if (!hasScope(principal, requirement.scopes)) {
      throw new Fault('access.denied', {
        detail: `the token needs the scope ${requirement.scopes.join(' or ')}`,
      })
    }
    if (requirement.may?.(principal) === false) throw new Fault('access.denied')
    request.setDecorator(PRINCIPAL, principal)
    done()
  }
}

interface Sender {
  readonly principal: Principal
  /** Undefined for a session or a signature. */
  readonly usedToken: Principal | undefined
}

const SENDERS = new WeakMap<FastifyRequest, Sender>()

/**
 * The principal of a request's token, according to `directory.authenticate`. The request remembers
 * it, so that the use of the token is recorded.
 */
export function bearerOf(
  request: FastifyRequest,
  directory: Directory,
  token: string,
): Principal | undefined {
  const principal = directory.authenticate(token)
  if (principal !== undefined) nameBearer(request, principal)
  return principal
}

/** Remembers the principal of a token that a request used, so that this use is recorded. */
export function nameBearer(request: FastifyRequest, principal: Principal): void {
  SENDERS.set(request, { principal, usedToken: principal })
}

/**
 * Remembers the principal of a request with a session or a signature, which has no Waybill token.
 */
export function nameSender(request: FastifyRequest, principal: Principal): void {
  SENDERS.set(request, { principal, usedToken: usedTokenOf(request) })
}

/** The sender of a request; undefined before it is known. */
export function senderOf(request: FastifyRequest): Principal | undefined {
  return SENDERS.get(request)?.principal
}

/** The principal whose token a request used; undefined without a valid token. */
export function usedTokenOf(request: FastifyRequest): Principal | undefined {
  return SENDERS.get(request)?.usedToken
}

/** The caller, on routes with the hook of `authenticated`. */
export function principalOf(request: FastifyRequest): Principal {
  return request.getDecorator<Principal>(PRINCIPAL)
}

/** The token of `Authorization: Bearer` (RFC 6750 section 2.1). */
export function bearerToken(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  return header === undefined ? undefined : /^Bearer +([^ ]+) *$/i.exec(header)?.[1]
}
