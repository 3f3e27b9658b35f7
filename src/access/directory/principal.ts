import type { Actor } from '../../core/event/event.ts'
import type { SourceName } from '../../core/values/source-name.ts'

/** What a user may do in the whole of its tenant. */
export const ROLES = [
  'administrator',
  'power-user',
  'security-manager',
  'auditor',
  'writer',
  'member',
] as const
export type Role = (typeof ROLES)[number]

/** What a grant allows on a namespace or a repository. */
export const GRANT_ROLES = ['admin', 'write', 'read'] as const
export type GrantRole = (typeof GRANT_ROLES)[number]

/** What kinds of users there are; an organization sends no requests; it owns a namespace. */
export const USER_KINDS = ['user', 'robot', 'service', 'organization'] as const
export type UserKind = (typeof USER_KINDS)[number]

/** A right on one namespace (all its repositories) or one repository. */
export interface Grant {
  readonly id: string
  readonly user: string
  readonly role: GrantRole
  readonly namespace: string
  /** Absent: the whole namespace. */
  readonly repository?: string
}

/**
 * What a token may be used for: the vendors' own words and Waybill's. A token never allows more
 * than its owner may do; its scopes narrow that further.
 */
export const SCOPES = [
  'admin',
  'events:read',
  'events:write',
  'ledger:read',
  'user:read',
  'user:admin',
  'repo:read',
  'repo:write',
  'repo:admin',
  'repo:create',
  'org:admin',
  'super:user',
  'api',
  'api-readonly',
  'security-logs',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who asks, as an authenticated request carries it. */
export interface Principal {
  readonly userId: string
  readonly name: string
  readonly email?: string
  readonly kind: UserKind
  /** The only tenant it sees; `null` for an administrator of the whole installation. */
  readonly tenant: string | null
  readonly roles: readonly Role[]
  readonly grants: readonly Grant[]
  readonly tokenId: string
  readonly scopes: readonly Scope[]
  /** Whether the namespace of its name is its own without a grant; absent: it is. */
  readonly ownNamespace?: false
  /** The sources that the token is bound to; absent: it names none. */
  readonly sources?: readonly SourceName[]
}

/** The actor of what a principal does, with its id, its name and, if it has one, its e-mail. */
export function actorOf({ userId, name, email, kind }: Principal): Actor {
  // An organization has no token of its own; should it get one, it acts as a user does.
  const actorKind = kind === 'organization' ? 'user' : kind
  return { id: userId, name, ...(email !== undefined && { email }), kind: actorKind }
}
