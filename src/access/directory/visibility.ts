import type { Condition, EventFilter } from '../../core/query/query.ts'
import type { Grant, Principal, Role, Scope } from './principal.ts'

/** Roles that read every event of their tenant. */
const READING_ROLES: readonly Role[] = [
  'administrator',
  'power-user',
  'security-manager',
  'auditor',
]
const WRITING_ROLES: readonly Role[] = ['administrator', 'writer']

/** Which events may be seen: the start of every filter, to which a request only adds conditions. */
export type Visibility = Pick<EventFilter, 'tenants' | 'conditions'>

const NOTHING: Visibility = { tenants: [], conditions: [] }

/**
 * The events that a principal may read, by its roles and grants. Scopes are not looked at: which
 * of them allow reading is each dialect's to say.
 */
export function visibleEvents(principal: Principal): Visibility {
  const { tenant } = principal
  if (tenant === null) {
    return mayAdminister(principal) ? { tenants: 'all', conditions: [] } : NOTHING
  }
  if (hasRole(principal, READING_ROLES)) return { tenants: [tenant], conditions: [] }
  if (principal.grants.length === 0) return NOTHING
  return { tenants: [tenant], conditions: [{ anyOf: principal.grants.map(grantConditions) }] }
}

/** Whether a principal may send events, by its roles. */
export function mayWrite(principal: Principal): boolean {
  return hasRole(principal, WRITING_ROLES)
}

/** Whether a principal may manage users, grants and tokens of its tenant, by its roles. */
export function mayAdminister(principal: Principal): boolean {
  return hasRole(principal, ['administrator'])
}

/** Whether the token carries one of these scopes. */
export function hasScope(principal: Principal, scopes: readonly Scope[]): boolean {
  return principal.scopes.some((scope) => scopes.includes(scope))
}

function hasRole(principal: Principal, roles: readonly Role[]): boolean {
  return principal.roles.some((role) => roles.includes(role))
}

/** The right to change a repository includes reading its events: every role of a grant counts. */
function grantConditions(grant: Grant): readonly Condition[] {
  const namespace: Condition = { field: 'namespace', in: [grant.namespace] }
  if (grant.repository === undefined) return [namespace]
  return [namespace, { field: 'repository', in: [grant.repository] }]
}
