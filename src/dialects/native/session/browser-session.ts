import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Session } from '../../../access/sign-in/sessions.ts'
import { Fault } from '../../../core/errors.ts'
import { nameSender } from '../../api/authentication.ts'
import type { DialectContext } from '../../api/dialect.ts'
import { refuseForgery } from './same-origin.ts'
import { sessionSecret } from './session-cookie.ts'

/** The name of this dialect's sessions. */
export const SESSION_DIALECT = 'native'

/** A session, and the secret that its browser sent. */
export interface BrowserSession extends Session {
  readonly secret: string
}

const SESSIONS = new WeakMap<FastifyRequest, BrowserSession>()

/**
 * Identifies the sender of each request of a scope by the session cookie. A request with an
 * Authorization header is sent on purpose, so its cookie does not count.
 */
export function identifyBySession(
  scope: FastifyInstance,
  { sessions }: Pick<DialectContext, 'sessions'>,
): void {
  // A callback instead of a promise, because it runs for every request.
  scope.addHook('onRequest', (request, _reply, done) => {
    if (request.headers.authorization !== undefined) return done()
    const secret = sessionSecret(request)
    const session = secret === undefined ? undefined : sessions.find(SESSION_DIALECT, secret)
    if (secret === undefined || session === undefined) return done()
    refuseForgery(request)
    SESSIONS.set(request, { ...session, secret })
    nameSender(request, session.principal)
    done()
  })
}

/** The session of a request; undefined when it has another credential, or none. */
export function sessionOf(request: FastifyRequest): BrowserSession | undefined {
  return SESSIONS.get(request)
}

/** @throws Fault `access.unauthenticated`. */
export function requireSession(request: FastifyRequest): BrowserSession {
  const session = sessionOf(request)
  if (session !== undefined) return session
  throw new Fault('access.unauthenticated', { detail: 'there is no session; sign in' })
}
