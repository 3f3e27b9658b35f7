import type { Directory } from '../../access/directory.ts'
import type { Principal, Role, Scope } from '../../access/principal.ts'
import { hasScope } from '../../access/visibility.ts'
import { problem } from './errors.ts'
import type { SubjectKind } from './parameters.ts'
import type { LogSubject } from './selection.ts'

/** The scope that a token needs for each kind of log. A token without it has the right no more. */
const SCOPES: Readonly<Record<SubjectKind, Scope>> = {
  user: 'user:admin',
  organization: 'org:admin',
  repository: 'repo:admin',
}

/**
 * Roles that read the logs of every namespace of their tenant: administrators, as Quay's superusers
 * with full access, and auditors, as Quay's global read-only superusers.
 */
const SUPERUSER_ROLES: readonly Role[] = ['administrator', 'auditor']

/**
 * Who asks, by `Authorization: Bearer TOKEN`. As in Quay a header of another scheme, or of other
 * than two parts, counts as none.
 *
 * @throws QuayError 401 when there is no valid token.
 */
export function authenticate(header: string | undefined, directory: Directory): Principal {
  const [scheme, token, ...more] = (header ?? '').trim().split(/\s+/)
  const isBearer = scheme?.toLowerCase() === 'bearer' && more.length === 0
  const principal = isBearer && token ? directory.authenticate(token) : undefined
  if (principal === undefined) throw problem('invalid_token')
  return principal
}

/** @throws QuayError 403 unless the token's scope and its owner's rights both allow the log. */
export function authorize(
  principal: Principal,
  subjectKind: SubjectKind,
  subject: LogSubject,
): void {
  const isAllowed =
    hasScope(principal, [SCOPES[subjectKind]]) &&
    (subjectKind === 'user' || administers(principal, subject) || isSuperuser(principal))
  if (!isAllowed) throw problem('insufficient_scope')
}

/** Whether the principal reads every namespace of its tenant. */
export function isSuperuser(principal: Principal): boolean {
  return principal.roles.some((role) => SUPERUSER_ROLES.includes(role))
}

/** Everyone administers the namespace of the own name; others by a grant of the role `admin`. */
function administers(principal: Principal, subject: LogSubject): boolean {
  const { namespace, repository } = subject
  if (principal.name === namespace) return true
  return principal.grants.some(
    (grant) =>
      grant.role === 'admin' &&
      grant.namespace === namespace &&
      (grant.repository === undefined || grant.repository === repository),
  )
}
