import { Fault } from '../core/errors.ts'
import type { Clock } from '../core/timestamp.ts'
import { formatTimestamp, parseTimestamp } from '../core/timestamp.ts'
import { isUuid, mintUuid } from '../core/uuid.ts'
import type { Directory, NewGrant, NewToken, NewUser, TokenInfo, User } from './directory.ts'
import {
  type GrantRecord,
  loadGrants,
  loadTokens,
  loadUsers,
  type TokenRecord,
  type UserRecord,
} from './directory-records.ts'
import { hashPassword } from './password.ts'
import type { Grant, Principal } from './principal.ts'
import type { RecordStore } from './record-store.ts'
import { mintToken, secretMatches, tokenLookupId } from './token.ts'

/** Where a directory is kept, and what it fills in. */
export interface DirectoryOptions {
  readonly records: RecordStore
  readonly clock: Clock
  /** Tenant of users that are created without one by an administrator of all tenants. */
  readonly defaultTenant: string
}

/** Reads users, grants and tokens into memory. Throws `store.unavailable`. */
export async function openDirectory(options: DirectoryOptions): Promise<Directory> {
  const { records } = options
  const [users, grants, tokens] = await Promise.all([
    loadUsers(records),
    loadGrants(records),
    loadTokens(records),
  ])
  return new DirectoryInRecords(options, { users, grants, tokens })
}

interface Loaded {
  readonly users: readonly UserRecord[]
  readonly grants: readonly GrantRecord[]
  readonly tokens: readonly TokenRecord[]
}

interface KnownToken {
  readonly record: TokenRecord
  readonly secretSha256: Buffer
  /** When it stops to be valid, microseconds since the epoch; infinity when never. */
  readonly expiresMicros: number
}

/** A record changes in memory only after the store has it: what is answered is never ahead. */
class DirectoryInRecords implements Directory {
  readonly #options: DirectoryOptions
  readonly #users = new Map<string, UserRecord>()
  readonly #grants = new Map<string, Grant>()
  readonly #grantsOfUser = new Map<string, readonly Grant[]>()
  readonly #tokens = new Map<string, KnownToken>()
  /** Changes run one after the other, so that two of them cannot take the same name. */
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(options: DirectoryOptions, loaded: Loaded) {
    this.#options = options
    for (const user of loaded.users) this.#users.set(user.id, user)
    for (const grant of loaded.grants) this.#keepGrant(grant)
    for (const token of loaded.tokens) this.#keepToken(token)
  }

  createUser(tenant: string | null, user: NewUser): Promise<User> {
    return this.#change(async () => {
      const { passwordHash, ...shown } = await this.#newUserRecord(tenant, user)
      const record = passwordHash === undefined ? shown : { ...shown, passwordHash }
      await this.#options.records.put({ kind: 'user', id: record.id, body: record })
      this.#users.set(record.id, record)
      return shown
    })
  }

  users(tenant: string | null): readonly User[] {
    const seen = [...this.#users.values()].filter((user) => sees(tenant, user.tenant))
    return seen.map(withoutPassword)
  }

  user(tenant: string | null, nameOrId: string): User | undefined {
    const byId = this.#users.get(nameOrId)
    if (byId !== undefined) return sees(tenant, byId.tenant) ? withoutPassword(byId) : undefined
    const named = this.users(tenant).filter((user) => user.name === nameOrId)
    return named.length === 1 ? named[0] : undefined
  }

  deleteUser(tenant: string | null, id: string): Promise<void> {
    return this.#change(async () => {
      const user = this.#users.get(id)
      if (user === undefined || !sees(tenant, user.tenant)) throw missing('user')
      // The user goes first: without it, tokens and grants that a crash leaves behind are void.
      await this.#options.records.remove('user', id)
      this.#users.delete(id)
      for (const { record } of [...this.#tokens.values()]) {
        if (record.user !== id) continue
        await this.#options.records.remove('token', record.id)
        this.#tokens.delete(record.id)
      }
      for (const grant of this.#grantsOfUser.get(id) ?? []) await this.#removeGrant(grant)
    })
  }

  createGrant(tenant: string | null, grant: NewGrant): Promise<Grant> {
    return this.#change(async () => {
      const record: GrantRecord = {
        id: this.#mintId(),
        user: this.#requireUser(tenant, grant.user).id,
        role: grant.role,
        namespace: requireText('/namespace', grant.namespace),
        ...(grant.repository === undefined
          ? {}
          : { repository: requireText('/repository', grant.repository) }),
      }
      await this.#options.records.put({ kind: 'grant', id: record.id, body: record })
      this.#keepGrant(record)
      return record
    })
  }

  grants(tenant: string | null): readonly Grant[] {
    return [...this.#grants.values()].filter((grant) => this.#seesUser(tenant, grant.user))
  }

  deleteGrant(tenant: string | null, id: string): Promise<void> {
    return this.#change(async () => {
      const grant = this.#grants.get(id)
      if (grant === undefined || !this.#seesUser(tenant, grant.user)) throw missing('grant')
      await this.#removeGrant(grant)
    })
  }

  createToken(tenant: string | null, token: NewToken) {
    return this.#change(async () => {
      const nowMicros = this.#options.clock()
      const expiresAt = readExpiry(token.expiresAt, nowMicros)
      const minted = mintToken()
      const info: TokenInfo = {
        id: minted.lookupId,
        user: this.#requireUser(tenant, token.user).id,
        ...(token.name === undefined ? {} : { name: requireText('/name', token.name) }),
        scopes: [...new Set(token.scopes)],
        createdAt: formatTimestamp(nowMicros),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      }
      const record = { ...info, scopes: [...info.scopes], secretSha256: minted.secretSha256 }
      await this.#options.records.put({ kind: 'token', id: record.id, body: record })
      this.#keepToken(record)
      return { info, token: minted.text }
    })
  }

  tokens(tenant: string | null): readonly TokenInfo[] {
    return [...this.#tokens.values()]
      .filter(({ record }) => this.#seesUser(tenant, record.user))
      .map(({ record: { secretSha256: _secret, ...info } }) => info)
  }

  revokeToken(tenant: string | null, id: string): Promise<void> {
    return this.#change(async () => {
      const record = this.#tokens.get(id)?.record
      if (record === undefined || !this.#seesUser(tenant, record.user)) throw missing('token')
      if (record.revokedAt !== undefined) return
      const revoked = { ...record, revokedAt: formatTimestamp(this.#options.clock()) }
      await this.#options.records.put({ kind: 'token', id, body: revoked })
      this.#keepToken(revoked)
    })
  }

  authenticate(text: string): Principal | undefined {
    const lookupId = tokenLookupId(text)
    const token = lookupId === undefined ? undefined : this.#tokens.get(lookupId)
    const isSecret = secretMatches(text, token?.secretSha256)
    if (token === undefined || !isSecret) return undefined
    const user = this.#users.get(token.record.user)
    if (user === undefined || token.record.revokedAt !== undefined) return undefined
    if (this.#options.clock() >= token.expiresMicros) return undefined
    return {
      userId: user.id,
      name: user.name,
      ...(user.email === undefined ? {} : { email: user.email }),
      kind: user.kind,
      tenant: user.tenant,
      roles: user.roles,
      grants: this.#grantsOfUser.get(user.id) ?? [],
      tokenId: token.record.id,
      scopes: token.record.scopes,
    }
  }

  #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#lastChange.then(change)
    this.#lastChange = changed.catch(() => undefined)
    return changed
  }

  async #newUserRecord(asker: string | null, user: NewUser): Promise<UserRecord> {
    const name = requireText('/name', user.name)
    if (isUuid(name)) throw invalid('/name', 'a name that does not look like an id')
    const roles = user.roles ?? ['member']
    const tenant = user.tenant === undefined ? (asker ?? this.#options.defaultTenant) : user.tenant
    if (!sees(asker, tenant)) throw invalid('/tenant', `${asker}, the tenant of the credentials`)
    if (tenant === null && !roles.includes('administrator')) {
      throw invalid('/tenant', 'a tenant; only administrators can be without one')
    }
    if (tenant !== null) requireText('/tenant', tenant)
    for (const known of this.#users.values()) {
      if (known.tenant !== tenant || known.name !== name) continue
      throw new Fault('resource.conflict', { detail: `there is a user ${name} in this tenant` })
    }
    return {
      id: this.#mintId(),
      name,
      ...(user.email === undefined ? {} : { email: requireText('/email', user.email) }),
      kind: user.kind ?? 'user',
      tenant,
      roles: [...new Set(roles)],
      createdAt: formatTimestamp(this.#options.clock()),
      ...(user.password === undefined ? {} : { passwordHash: await hashPassword(user.password) }),
    }
  }

  #requireUser(tenant: string | null, nameOrId: string): User {
    const user = this.user(tenant, nameOrId)
    if (user === undefined) throw invalid('/user', 'the name or the id of one user')
    return user
  }

  #seesUser(tenant: string | null, userId: string): boolean {
    const user = this.#users.get(userId)
    return user !== undefined && sees(tenant, user.tenant)
  }

  #keepGrant(grant: Grant): void {
    this.#grants.set(grant.id, grant)
    this.#grantsOfUser.set(grant.user, [...(this.#grantsOfUser.get(grant.user) ?? []), grant])
  }

  async #removeGrant(grant: Grant): Promise<void> {
    await this.#options.records.remove('grant', grant.id)
    this.#grants.delete(grant.id)
    const left = (this.#grantsOfUser.get(grant.user) ?? []).filter(({ id }) => id !== grant.id)
    this.#grantsOfUser.set(grant.user, left)
  }

  #keepToken(record: TokenRecord): void {
    const { expiresAt, secretSha256 } = record
    this.#tokens.set(record.id, {
      record,
      secretSha256: Buffer.from(secretSha256, 'hex'),
      // A time that cannot be read counts as past: the token is not valid.
      expiresMicros: expiresAt === undefined ? Infinity : (parseTimestamp(expiresAt) ?? 0),
    })
  }

  #mintId(): string {
    return mintUuid(Math.floor(this.#options.clock() / 1000))
  }
}

/** Longest text of a user, grant or token, in UTF-16 units. */
const TEXT_LENGTH_MAX = 255

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a name.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/

function requireText(path: string, text: string): string {
  const isGood = text !== '' && text.length <= TEXT_LENGTH_MAX && text.isWellFormed()
  if (isGood && !CONTROL_CHARACTERS.test(text)) return text
  throw invalid(path, `1 to ${TEXT_LENGTH_MAX} characters without control characters`)
}

function readExpiry(text: string | undefined, nowMicros: number): string | undefined {
  if (text === undefined) return undefined
  const micros = parseTimestamp(text)
  if (micros !== undefined && micros > nowMicros) return formatTimestamp(micros)
  throw invalid('/expiresAt', 'an RFC 3339 time in the future')
}

function sees(asker: string | null, tenant: string | null): boolean {
  return asker === null || asker === tenant
}

function withoutPassword({ passwordHash: _hash, ...user }: UserRecord): User {
  return user
}

function missing(what: string): Fault {
  return new Fault('resource.missing', { detail: `there is no such ${what}` })
}

function invalid(path: string, expected: string): Fault {
  return new Fault('request.invalid', { problems: [{ path, expected }] })
}
