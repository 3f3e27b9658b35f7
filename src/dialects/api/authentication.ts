import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Directory } from '../../access/directory/directory.ts'
import type { Principal, Scope } from '../../access/directory/principal.ts'
import { hasScope } from '../../access/directory/visibility.ts'
import { Fault } from '../../core/errors.ts'

/** What a route asks of whoever calls it. */
export interface Requirement {
  /** The token carries one of these. */
  readonly scopes: readonly Scope[]
  /** Besides the scope: what the roles must allow. */
  readonly may?: (principal: Principal) => boolean
}

/** How the API document describes the tokens that `authenticated` looks for. */
export const TOKEN_SCHEME = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of Waybill' },
} as const

/** Where a request carries its token. */
export type TokenFinder = (request: FastifyRequest) => string | undefined

const PRINCIPAL = 'principal'

/** Lets the routes of a scope remember who asks. */
export function declarePrincipal(scope: FastifyInstance): void {
  scope.decorateRequest(PRINCIPAL, null)
}

/**
 * An `onRequest` hook that refuses requests before their body is read: `access.unauthenticated`
 * without a valid token, `access.denied` when the requirement is not met.
 */
export function authenticated(
  directory: Directory,
  requirement: Requirement,
  findToken: TokenFinder = bearerToken,
): onRequestHookHandler {
  // With a callback, not a promise: every request pays for it.
  return (request, _reply, done) => {
    const token = findToken(request)
    const principal = token === undefined ? undefined : bearerOf(request, directory, token)
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
  /** Undefined: by a session or a signature. */
  readonly usedToken: Principal | undefined
}

const SENDERS = new WeakMap<FastifyRequest, Sender>()

/**
 * Who the token of a request stands for, as `directory.authenticate` says. The request remembers
 * it, so that the use of the token is recorded.
 */
export function bearerOf(
  request: FastifyRequest,
  directory: Directory,
  token: string,
): Principal | undefined {
  const principal = directory.authenticate(token)
  if (principal === undefined) return undefined
  SENDERS.set(request, { principal, usedToken: principal })
  return principal
}

/** Remembers whose session a request belongs to, or who signed it: it has no token of Waybill. */
export function nameSender(request: FastifyRequest, principal: Principal): void {
  SENDERS.set(request, { principal, usedToken: usedTokenOf(request) })
}

/** Who sent a request; undefined before that is known. */
export function senderOf(request: FastifyRequest): Principal | undefined {
  return SENDERS.get(request)?.principal
}

/** Whose token a request used; undefined: it used none, or one that is not valid. */
export function usedTokenOf(request: FastifyRequest): Principal | undefined {
  return SENDERS.get(request)?.usedToken
}

/** Who asks, on routes that have the hook of `authenticated`. */
export function principalOf(request: FastifyRequest): Principal {
  return request.getDecorator<Principal>(PRINCIPAL)
}

/** The token of `Authorization: Bearer` (RFC 6750 section 2.1). */
export function bearerToken(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization
  return header === undefined ? undefined : /^Bearer +([^ ]+) *$/i.exec(header)?.[1]
}
