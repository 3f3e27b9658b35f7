import type { FastifyRequest } from 'fastify'
import type { Principal, Role, Scope } from '../../access/directory/principal.ts'
import { hasScope } from '../../access/directory/visibility.ts'
import { bearerOf, bearerToken } from '../api/authentication.ts'
import type { DialectContext } from '../api/dialect.ts'
import { forbidden, unauthorized } from './errors.ts'

/** What a route asks of a token and of its owner. */
export interface Access {
  readonly scopes: readonly Scope[]
  readonly roles: readonly Role[]
}

/** "limited to Site Admins and Power users". */
export const VERSION_ONE_ACCESS: Access = {
  scopes: ['api', 'security-logs'],
  roles: ['administrator', 'power-user'],
}

/** "limited to … Administrators, Power Users, Auditors, Security Managers". */
export const AUDIT_ACCESS: Access = {
  scopes: ['api', 'api-readonly', 'security-logs'],
  roles: ['administrator', 'power-user', 'auditor', 'security-manager'],
}

/**
 * Who asks, by `Authorization: Bearer TOKEN`.
 *
 * @throws ApiError 401 without a valid token, 403 when its scope or its owner's role is another.
 */
export function authorize(
  request: FastifyRequest,
  { directory }: Pick<DialectContext, 'directory'>,
  { scopes, roles }: Access,
): Principal {
  const token = bearerToken(request)
  const principal = token === undefined ? undefined : bearerOf(request, directory, token)
  if (principal === undefined) throw unauthorized()
  const hasRole = principal.roles.some((role) => roles.includes(role))
  if (!hasScope(principal, scopes) || !hasRole) throw forbidden()
  return principal
}
