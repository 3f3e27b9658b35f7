import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Principal } from '../../../access/directory/principal.ts'
import type { Session } from '../../../access/sign-in/sessions.ts'
import { bearerOf, nameSender } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { problem } from '../errors.ts'
import { browserSecret } from './session-cookie.ts'

/** The name of this dialect's sessions. */
export const SESSION_DIALECT = 'quay'

/** The sender of a request. */
export interface Caller {
  readonly principal: Principal
  /** Absent for the bearer of a token. */
  readonly session: BrowserSession | undefined
}

/** A session, and the secret that its browser sent. */
interface BrowserSession extends Pick<Session, 'principal' | 'data'> {
  readonly token: string
}

const CALLER = 'quayCaller'

/** Lets the requests of a scope remember their sender. */
export function declareCaller(scope: FastifyInstance): void {
  scope.decorateRequest(CALLER, null)
}

/**
 * Identifies the sender of a request, by `Authorization: Bearer TOKEN` or by a session cookie.
 *
 * As in Quay, a request with an invalid token has no caller, whatever its cookie.
 */
export function identify(
  request: FastifyRequest,
  context: Pick<DialectContext, 'directory' | 'sessions'>,
): Caller | undefined {
  const caller = findCaller(request, context)
  request.setDecorator(CALLER, caller ?? null)
  return caller
}

/** The sender of a request; undefined when unknown. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return request.getDecorator<Caller | null>(CALLER) ?? undefined
}

/**
 * The bearer token of a request; undefined when there is none and the cookie decides. A header with
 * another scheme, or without exactly two parts, counts as none.
 */
export function bearerTokenOf(request: FastifyRequest): string | undefined {
  const [scheme, token, ...more] = (request.headers.authorization ?? '').trim().split(/\s+/)
  return scheme?.toLowerCase() === 'bearer' && more.length === 0 ? token : undefined
}

/** @throws QuayError 401 when the caller is unknown. */
export function requirePrincipal(request: FastifyRequest): Principal {
  const caller = callerOf(request)
  if (caller === undefined) throw problem('invalid_token')
  return caller.principal
}

function findCaller(
  request: FastifyRequest,
  { directory, sessions }: Pick<DialectContext, 'directory' | 'sessions'>,
): Caller | undefined {
  const token = bearerTokenOf(request)
  if (token !== undefined) {
    const principal = bearerOf(request, directory, token)
    return principal && { principal, session: undefined }
  }
  const secret = browserSecret(request)
  const session = secret === undefined ? undefined : sessions.find(SESSION_DIALECT, secret)
  if (secret === undefined || session === undefined) return undefined
  nameSender(request, session.principal)
  return { principal: session.principal, session: { ...session, token: secret } }
}
