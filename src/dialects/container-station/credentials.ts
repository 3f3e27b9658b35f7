import type { FastifyRequest } from 'fastify'
import type { Principal, Scope } from '../../access/directory/principal.ts'
import { hasScope, mayAdminister } from '../../access/directory/visibility.ts'
import type { Session } from '../../access/sign-in/sessions.ts'
import { bearerOf, bearerToken, nameSender } from '../api/authentication.ts'
import type { DialectContext } from '../api/dialect.ts'
import { cookieValues } from '../api/parameter-values.ts'
import { forbidden, unauthorized } from './errors.ts'

/** Names the sessions of this dialect, and the dialect itself. */
export const DIALECT_NAME = 'container-station'

/** The cookie that Container Station's clients look for. */
export const SESSION_COOKIE = 'CS_SESS_ID'

/** Who asks, and of which tenant: one station is one tenant. */
export interface Caller {
  readonly principal: Principal
  /** That of the installation, for users that belong to no tenant. */
  readonly tenant: string
}

/** Scopes with which a token may read here. A session has all of them. */
const READING: readonly Scope[] = ['events:read', 'admin']
/** Scopes with which a token may clear the log. */
const CLEARING: readonly Scope[] = ['admin']

type Access = Pick<DialectContext, 'directory' | 'sessions' | 'defaultTenant'>

/**
 * Who asks, by a session's cookie or by `Authorization: Bearer TOKEN` with a token of Waybill.
 *
 * @throws ApiError 401 without either, 403 when the token is for something else.
 */
export function authenticate(request: FastifyRequest, access: Access): Caller {
  const token = bearerToken(request)
  const principal =
    token === undefined
      ? sessionOf(request, access)?.session.principal
      : bearerOf(request, access.directory, token)
  if (principal === undefined) throw unauthorized()
  if (!hasScope(principal, READING)) throw forbidden()
  nameSender(request, principal)
  return { principal, tenant: principal.tenant ?? access.defaultTenant }
}

/** @throws ApiError 403 unless the caller is an administrator. */
export function requireAdministrator({ principal }: Caller): void {
  if (!mayAdminister(principal) || !hasScope(principal, CLEARING)) throw forbidden()
}

/** A session, and the text that names it. */
export interface NamedSession {
  readonly id: string
  readonly session: Session
}

/** The session that a request's cookie names; undefined without a valid one. */
export function sessionOf(
  request: FastifyRequest,
  { sessions }: Pick<DialectContext, 'sessions'>,
): NamedSession | undefined {
  for (const id of cookieValues(request, SESSION_COOKIE)) {
    const session = sessions.find(DIALECT_NAME, id)
    if (session !== undefined) return { id, session }
  }
  return undefined
}
