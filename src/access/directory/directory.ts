import type { SourceName } from '../../core/values/source-name.ts'
import type { Grant, GrantRole, Principal, Role, Scope, UserKind } from './principal.ts'

/** A person, robot, service or organization that Waybill knows. */
export interface User {
  readonly id: string
  /** Unique in its tenant. An organization's name is its namespace. */
  readonly name: string
  readonly email?: string
  readonly kind: UserKind
  /** `null`: not bound to one tenant (the installation's administrators). */
  readonly tenant: string | null
  readonly roles: readonly Role[]
  /** RFC 3339. */
  readonly createdAt: string
  /** Whether the namespace of its name is its own without a grant; absent: it is. */
  readonly ownNamespace?: false
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
  /** Whether the namespace of its name becomes its own; absent: it does. */
  readonly ownNamespace?: false
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

/** The session or access key of a caller that was authenticated before. */
export interface Credential {
  /** Names it where tokens are counted or logged; never a secret. */
  readonly id: string
  readonly scopes: readonly Scope[]
  readonly sources?: readonly SourceName[]
}

/** A token that may be used now. */
export interface ValidToken {
  readonly principal: Principal
  /** Microseconds since the epoch; infinity when it never expires. */
  readonly expiresMicros: number
}

/** A user that is to be deleted, with what goes with it. */
interface UserDeletion {
  readonly user: User
  readonly grants: readonly Grant[]
  readonly tokens: readonly TokenInfo[]
}

/**
 * Called with what is about to change, after all checks and before it is stored. When it rejects,
 * nothing changes: a change that cannot be recorded is not made.
 */
export type Announce<Subject> = (subject: Subject) => Promise<void>

/** What there is. `tenant` is the caller's, and limits what it sees (`null`: everything). */
interface Listing {
  users(tenant: string | null): readonly User[]
  /** By id, or by a name that only one user has; undefined for a name of several. */
  user(tenant: string | null, nameOrId: string): User | undefined
  grants(tenant: string | null): readonly Grant[]
  tokens(tenant: string | null): readonly TokenInfo[]
}

/** Who a request comes from. */
interface Authentication {
  /** Undefined when the token is unknown, expired, revoked or its user is gone. */
  authenticate(token: string): Principal | undefined
  /** The user of a session or an access key; undefined when the user is gone. */
  principal(userId: string, credential: Credential): Principal | undefined
  /** A token by its id; undefined when it is expired, revoked or its user is gone. */
  validToken(id: string): ValidToken | undefined
}

/** Checks of passwords. */
interface Passwords {
  /**
   * The users that a name or e-mail address may mean at a sign-in, at most
   * `SIGN_IN_CANDIDATES_MAX`: those of the tenant and those without one; without a tenant, those of
   * all. The password decides which one it is. Robots and organizations do not sign in: they are
   * not found.
   */
  candidatesToSignIn(tenant: string | undefined, nameOrEmail: string): readonly User[]
  /** The most candidates that any name has now, and at least 1. */
  candidatesMax(): number
  /**
   * Whether this is the password of a user; false without such a user, and for a user without a
   * password. It takes the same time for all of them.
   */
  passwordMatches(userId: string | undefined, password: string): Promise<boolean>
  /** Whether a user has a password; false without such a user. */
  hasPassword(userId: string): boolean
  /** A text that changes with the password of a user; undefined: no such user. */
  passwordMark(userId: string): string | undefined
}

/** Users, grants and tokens, to be read. */
export interface Directory extends Listing, Authentication, Passwords {}

/**
 * Changes users, grants and tokens, which are kept in the store and answered from memory.
 *
 * A change is durable once its promise resolves. Requests change nothing here: they go through
 * `Administration`, which records what it does.
 * Throws `resource.missing`, `resource.conflict`, `request.invalid`, `store.unavailable`.
 */
export interface DirectoryKeeper extends Directory {
  createUser(tenant: string | null, user: NewUser, announce?: Announce<User>): Promise<User>
  deleteUser(tenant: string | null, id: string, announce?: Announce<UserDeletion>): Promise<void>
  createGrant(tenant: string | null, grant: NewGrant, announce?: Announce<Grant>): Promise<Grant>
  deleteGrant(tenant: string | null, id: string, announce?: Announce<Grant>): Promise<void>
  /**
   * The secret is in the answer and nowhere else: only its SHA-256 is stored, and of a signed token
   * (see signed-token.ts) not even that.
   */
  createToken(
    tenant: string | null,
    token: NewToken,
    announce?: Announce<TokenInfo>,
  ): Promise<{ readonly info: TokenInfo; readonly token: string }>
  /** Without effect, and without an announcement, on a token that was revoked before. */
  revokeToken(tenant: string | null, id: string, announce?: Announce<TokenInfo>): Promise<void>
  /** Gives a user another password, which ends its sessions. */
  changePassword(
    tenant: string | null,
    change: { readonly id: string; readonly password: string },
    announce?: Announce<User>,
  ): Promise<void>
}
