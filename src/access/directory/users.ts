import { hash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { cutText } from '../../core/cut-text.ts'
import { Fault, invalidValue } from '../../core/errors.ts'
import { type Clock, formatTimestamp } from '../../core/time/timestamp.ts'
import { mintUuid } from '../../core/values/uuid.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable } from '../records/record-table.ts'
import {
  hashPassword,
  PASSWORD_LENGTH_MAX,
  requirePassword,
  verifyPassword,
} from '../sign-in/password.ts'
import { candidatesMax, signInCandidates } from '../sign-in/sign-in-candidates.ts'
import type { Announce, NewUser, User } from './directory.ts'
import { missing, requireText, requireUserName } from './names.ts'
import { ROLES, USER_KINDS } from './principal.ts'

/** The record of a user, of kind `user`. */
const UserRecord = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.Optional(Type.String()),
  kind: Type.Enum(USER_KINDS),
  tenant: Type.Union([Type.String(), Type.Null()]),
  roles: Type.Array(Type.Enum(ROLES)),
  createdAt: Type.String(),
  passwordHash: Type.Optional(Type.String()),
  ownNamespace: Type.Optional(Type.Literal(false)),
})
type UserRecord = Static<typeof UserRecord>

/** Characters of a password's mark: 128 bits. */
const MARK_LENGTH = 22

/** What is filled in where a new user does not say it. */
export interface UserDefaults {
  readonly clock: Clock
  /** Tenant of users that are created without one by an administrator of all tenants. */
  readonly defaultTenant: string
}

/** Reads the users. Throws as `openTable` does. */
export async function openUsers(records: RecordStore, defaults: UserDefaults): Promise<Users> {
  return new Users(await openTable(records, { kind: 'user', schema: UserRecord }), defaults)
}

/** Users and their passwords. A change must not begin before the one before it has ended. */
export class Users {
  readonly #table: RecordTable<UserRecord>
  readonly #defaults: UserDefaults
  /** Counted anew after a change of users. */
  #candidatesMax: number | undefined

  constructor(table: RecordTable<UserRecord>, defaults: UserDefaults) {
    this.#table = table
    this.#defaults = defaults
  }

  list(tenant: string | null): readonly User[] {
    const seen = this.#table.all().filter((user) => sees(tenant, user.tenant))
    return seen.map(withoutPassword)
  }

  /** By id, or by a name that only one user has. */
  find(tenant: string | null, nameOrId: string): User | undefined {
    const byId = this.#table.rows.get(nameOrId)
    if (byId !== undefined) return sees(tenant, byId.tenant) ? withoutPassword(byId) : undefined
    const named = this.list(tenant).filter((user) => user.name === nameOrId)
    return named.length === 1 ? named[0] : undefined
  }

  get(id: string): User | undefined {
    const user = this.#table.rows.get(id)
    return user && withoutPassword(user)
  }

  /** Whether a caller of this tenant may see what belongs to a user. */
  isSeen(tenant: string | null, id: string): boolean {
    const user = this.#table.rows.get(id)
    return user !== undefined && sees(tenant, user.tenant)
  }

  /** @throws Fault `resource.missing`. */
  require(tenant: string | null, id: string): User {
    return withoutPassword(this.#require(tenant, id))
  }

  async create(caller: string | null, user: NewUser, announce: Announce<User>): Promise<User> {
    const { passwordHash, ...shown } = await this.#newRecord(caller, user)
    await announce(shown)
    await this.#put(passwordHash === undefined ? shown : { ...shown, passwordHash })
    return shown
  }

  async remove(id: string): Promise<void> {
    await this.#table.remove(id)
    this.#candidatesMax = undefined
  }

  async changePassword(
    tenant: string | null,
    { id, password }: { readonly id: string; readonly password: string },
    announce: Announce<User>,
  ): Promise<void> {
    const user = this.#require(tenant, id)
    const record = { ...user, passwordHash: await hashPassword(requirePassword(password)) }
    await announce(withoutPassword(user))
    await this.#put(record)
  }

  passwordMatches(id: string | undefined, password: string): Promise<boolean> {
    // What is too long, or empty, was never set. It is hashed too, so that the time is the same.
    const isPossible = password !== '' && password.length <= PASSWORD_LENGTH_MAX
    const user = id === undefined || !isPossible ? undefined : this.#table.rows.get(id)
    return verifyPassword(cutText(password, PASSWORD_LENGTH_MAX), user?.passwordHash)
  }

  hasPassword(id: string): boolean {
    return this.#table.rows.get(id)?.passwordHash !== undefined
  }

  passwordMark(id: string): string | undefined {
    const user = this.#table.rows.get(id)
    // A hash of the hash: a reader of the marks gets nothing to guess passwords with.
    return user && hash('sha256', user.passwordHash ?? '', 'base64url').slice(0, MARK_LENGTH)
  }

  candidatesToSignIn(tenant: string | undefined, nameOrEmail: string): readonly User[] {
    return signInCandidates(this.#table.all(), tenant, nameOrEmail).map(withoutPassword)
  }

  candidatesMax(): number {
    this.#candidatesMax ??= candidatesMax(this.#table.all())
    return this.#candidatesMax
  }

  async #put(user: UserRecord): Promise<void> {
    await this.#table.put(user.id, user)
    this.#candidatesMax = undefined
  }

  #require(tenant: string | null, id: string): UserRecord {
    const user = this.#table.rows.get(id)
    if (user === undefined || !sees(tenant, user.tenant)) throw missing('user')
    return user
  }

  async #newRecord(caller: string | null, user: NewUser): Promise<UserRecord> {
    const { clock, defaultTenant } = this.#defaults
    const name = requireUserName('/name', user.name)
    const roles = user.roles ?? ['member']
    const tenant = user.tenant === undefined ? (caller ?? defaultTenant) : user.tenant
    requireTenant(tenant, { caller, isAdministrator: roles.includes('administrator') })
    for (const known of this.#table.all()) {
      if (known.tenant !== tenant || known.name !== name) continue
      throw new Fault('resource.conflict', { detail: `there is a user ${name} in this tenant` })
    }
    const nowMicros = clock()
    return {
      id: mintUuid(Math.floor(nowMicros / 1000)),
      name,
      ...(user.email === undefined ? {} : { email: requireText('/email', user.email) }),
      kind: user.kind ?? 'user',
      tenant,
      roles: [...new Set(roles)],
      createdAt: formatTimestamp(nowMicros),
      ...(user.ownNamespace === false && { ownNamespace: false as const }),
      ...(user.password !== undefined && {
        passwordHash: await hashPassword(requirePassword(user.password)),
      }),
    }
  }
}

function requireTenant(
  tenant: string | null,
  {
    caller,
    isAdministrator,
  }: { readonly caller: string | null; readonly isAdministrator: boolean },
): void {
  if (!sees(caller, tenant))
    throw invalidValue('/tenant', `${caller}, the tenant of the credentials`)
  if (tenant !== null) requireText('/tenant', tenant)
  else if (!isAdministrator) {
    throw invalidValue('/tenant', 'a tenant; only administrators can be without one')
  }
}

function sees(caller: string | null, tenant: string | null): boolean {
  return caller === null || caller === tenant
}

/** A user as others see it. */
function withoutPassword(record: User & { readonly passwordHash?: string }): User {
  const { passwordHash: _hash, ...user } = record
  return user
}
