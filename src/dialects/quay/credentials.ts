import type { Principal, Role, Scope } from '../../access/directory/principal.ts'
import { hasScope } from '../../access/directory/visibility.ts'
import { problem } from './errors.ts'
import type { SubjectKind } from './parameters.ts'
import type { LogSubject } from './selection.ts'

/** The scope that a token needs for each kind of log, unless it has superuser rights. */
const SCOPES: Readonly<Record<SubjectKind, Scope>> = {
  user: 'user:admin',
  organization: 'org:admin',
  repository: 'repo:admin',
}

/**
 * Roles that read the logs of every namespace of their tenant: administrators, like Quay's
 * superusers with full access, and auditors, like Quay's global read-only superusers.
 */
const SUPERUSER_ROLES: readonly Role[] = ['administrator', 'auditor']

/** What is done with a log. */
type LogAct = 'read' | 'export'

/** @throws QuayError 403 unless the token's scope and its owner's rights both allow the act. */
export function authorize(
  principal: Principal,
  subjectKind: SubjectKind,
  subject: LogSubject,
  act: LogAct = 'read',
): void {
  if (!isAllowed(principal, subjectKind, subject, act)) throw problem('insufficient_scope')
}

/**
 * Whether the token's scope and its owner's rights both allow the act. Superuser rights need only
 * the scope `super:user`. As in Quay, they do not extend to the log of the current user.
 */
export function isAllowed(
  principal: Principal,
  subjectKind: SubjectKind,
  subject: LogSubject,
  act: LogAct,
): boolean {
  if (administers(principal, subject) && hasScope(principal, [SCOPES[subjectKind]])) return true
  return subjectKind !== 'user' && mayAsSuperuser(principal, subjectKind, act)
}

/** @throws QuayError 403 unless the principal may read the log of the whole registry. */
export function authorizeSuperuser(principal: Principal): void {
  if (!isSuperuser(principal)) throw problem('insufficient_scope')
}

/**
 * Whether the principal reads every namespace of its tenant: by its role, and only with a token of
 * the scope `super:user`. (Quay requires no scope of its global read-only superusers.)
 */
export function isSuperuser(principal: Principal): boolean {
  return (
    hasScope(principal, ['super:user']) &&
    principal.roles.some((role) => SUPERUSER_ROLES.includes(role))
  )
}

/** Quay lets its global read-only superusers export every log except that of one repository. */
function mayAsSuperuser(principal: Principal, subjectKind: SubjectKind, act: LogAct): boolean {
  const isExportOfRepository = act === 'export' && subjectKind === 'repository'
  const isFull = principal.roles.includes('administrator')
  return isSuperuser(principal) && (isFull || !isExportOfRepository)
}

/** A place on which a right can be granted. */
type NamespaceOrRepository = Pick<LogSubject, 'namespace' | 'repository'>

/**
 * The namespace with a user's name is the user's own, unless it had contents before the user
 * existed.
 */
function ownsNamespace({ name, ownNamespace }: Principal, namespace: string): boolean {
  return name === namespace && ownNamespace !== false
}

/** Users administer their own namespace; others need a grant of the role `admin`. */
export function administers(principal: Principal, subject: NamespaceOrRepository): boolean {
  const { namespace, repository } = subject
  if (ownsNamespace(principal, namespace)) return true
  return principal.grants.some(
    (grant) =>
      grant.role === 'admin' &&
      grant.namespace === namespace &&
      (grant.repository === undefined || grant.repository === repository),
  )
}
