import type { SourceName } from '../core/source-name.ts'
import type { Grant, GrantRole, Principal, Role, Scope, UserKind } from './principal.ts'

/** A person, robot, service or organisation known to Waybill. */
export interface User {
  readonly id: string
  /** Unique in its tenant. An organisation's name is its namespace. */
  readonly name: string
  readonly email?: string
  readonly kind: UserKind
  /** `null`: not bound to one tenant (the installation's administrators). */
  readonly tenant: string | null
  readonly roles: readonly Role[]
  /** RFC 3339. */
  readonly createdAt: string
}

/** A credential as it may be listed: never with its secret. */
export interface TokenInfo {
  readonly id: string
  readonly user: string
  readonly name?: string
  readonly scopes: readonly Scope[]
  /** Sources that it may speak for, as `KIND/NAME`; absent: its user's own. */
  readonly sources?: readonly string[]
  readonly createdAt: string
  readonly expiresAt?: string
  readonly revokedAt?: string
}

/** A user to create; `directory.createUser` says what is filled in. */
export interface NewUser {
  readonly name: string
  readonly email?: string
  readonly kind?: UserKind
  readonly password?: string
  readonly tenant?: string | null
  readonly roles?: readonly Role[]
}

/** A right to give. */
export interface NewGrant {
  /** Name or id of the user. */
  readonly user: string
  readonly role: GrantRole
  readonly namespace: string
  readonly repository?: string
}

/** A token to create. */
export interface NewToken {
  /** Name or id of the user that owns it. */
  readonly user: string
  readonly name?: string
  readonly scopes: readonly Scope[]
  /** Sources that it may speak for, as `KIND/NAME`. */
  readonly sources?: readonly string[]
  /** RFC 3339, in the future; absent: it does not expire. */
  readonly expiresAt?: string
}

/** With what somebody asks who was let in before. */
export interface Credential {
  /** Names it where tokens are counted or logged; never a secret. */
  readonly id: string
  readonly scopes: readonly Scope[]
  readonly sources?: readonly SourceName[]
}

/**
 * Users, grants and tokens, kept in the store and answered from memory.
 *
 * A change is durable once its promise resolves. `tenant` in `administer` calls is that of the
 * administrator who asks: it bounds what can be seen and changed (`null`: everything).
 * Throws `resource.missing`, `resource.conflict`, `request.invalid`, `store.unavailable`.
 */
export interface Directory {
  createUser(tenant: string | null, user: NewUser): Promise<User>
  users(tenant: string | null): readonly User[]
  /** By id, or by a name that only one user has; undefined for a name of several. */
  user(tenant: string | null, nameOrId: string): User | undefined
  deleteUser(tenant: string | null, id: string): Promise<void>
  createGrant(tenant: string | null, grant: NewGrant): Promise<Grant>
  grants(tenant: string | null): readonly Grant[]
  deleteGrant(tenant: string | null, id: string): Promise<void>
  /**
   * The secret is in the answer and nowhere else: only its SHA-256 is stored, and of a signed token
   * (see signed-token.ts) not even that.
   */
  createToken(
    tenant: string | null,
    token: NewToken,
  ): Promise<{ readonly info: TokenInfo; readonly token: string }>
  tokens(tenant: string | null): readonly TokenInfo[]
  revokeToken(tenant: string | null, id: string): Promise<void>
  /** Who a token stands for; undefined when it is unknown, expired, revoked or its user is gone. */
  authenticate(token: string): Principal | undefined
  /** Who a session or an access key of a user stands for; undefined when the user is gone. */
  principal(userId: string, credential: Credential): Principal | undefined
  /**
   * The one user that a name or e-mail address means at a sign-in: of the tenant, or of those that
   * have none; without a tenant first of the installation's, then of none, then of the others.
   * Robots and organizations do not sign in: they are not found.
   */
  findToSignIn(tenant: string | undefined, nameOrEmail: string): User | undefined
  /**
   * Whether this is the password of a user; of nobody, and of one without a password, none is. It
   * takes the same time for all of them.
   */
  passwordMatches(userId: string | undefined, password: string): Promise<boolean>
  /** Gives a user another password, which ends its sessions. */
  changePassword(tenant: string | null, id: string, password: string): Promise<void>
  /** A text that is another one once the password of a user changed; undefined: no such user. */
  passwordMark(userId: string): string | undefined
}
