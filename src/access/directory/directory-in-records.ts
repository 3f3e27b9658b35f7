import { hash } from 'node:crypto'
import { cutText } from '../../core/cut-text.ts'
import { Fault, invalidValue } from '../../core/errors.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import { formatTimestamp, parseTimestamp } from '../../core/time/timestamp.ts'
import { sourceText } from '../../core/values/source-name.ts'
import { mintUuid } from '../../core/values/uuid.ts'
import type { RecordStore } from '../record-store.ts'
import {
  hashPassword,
  PASSWORD_LENGTH_MAX,
  requirePassword,
  verifyPassword,
} from '../sign-in/password.ts'
import { candidatesMax, signInCandidates } from '../sign-in/sign-in-candidates.ts'
import { type KnownToken, knownToken } from '../tokens/known-token.ts'
import {
  createTokenSigner,
  isSigned,
  mintSignedId,
  type TokenSigner,
} from '../tokens/signed-token.ts'
import { mintToken, secretMatches, tokenLookupId } from '../tokens/token.ts'
import type {
  Announce,
  Credential,
  DirectoryKeeper,
  NewGrant,
  NewToken,
  NewUser,
  TokenInfo,
  User,
  UserDeletion,
} from './directory.ts'
import {
  type GrantRecord,
  infoOf,
  loadGrants,
  loadTokens,
  loadUsers,
  type TokenRecord,
  type UserRecord,
  withoutPassword,
} from './directory-records.ts'
import { requireUser } from './named-user.ts'
import { missing, readExpiry, requirePlace, requireText, requireUserName } from './names.ts'
import type { Grant, Principal } from './principal.ts'
import { readTokenSources } from './source-claims.ts'

/** Where a directory is kept, and what it fills in. */
export interface DirectoryOptions {
  readonly records: RecordStore
  readonly clock: Clock
  /** The key that signed tokens are signed with, of `readInstanceKey`. */
  readonly tokenKey: Uint8Array
  /** Tenant of users that are created without one by an administrator of all tenants. */
  readonly defaultTenant: string
}

/** Reads users, grants and tokens into memory. Throws `store.unavailable`. */
export async function openDirectory(options: DirectoryOptions): Promise<DirectoryKeeper> {
  const { records } = options
  const [users, grants, tokens] = await Promise.all([
    loadUsers(records),
    loadGrants(records),
    loadTokens(records),
  ])
  const signer = createTokenSigner(options.tokenKey)
  return new DirectoryInRecords(options, { users, grants, tokens }, signer)
}

interface Loaded {
  readonly users: readonly UserRecord[]
  readonly grants: readonly GrantRecord[]
  readonly tokens: readonly TokenRecord[]
}

/** A record changes in memory only after the store has it: what is answered is never ahead. */
class DirectoryInRecords implements DirectoryKeeper {
  readonly #options: DirectoryOptions
  readonly #signer: TokenSigner
  readonly #users = new Map<string, UserRecord>()
  readonly #grants = new Map<string, Grant>()
  readonly #grantsOfUser = new Map<string, readonly Grant[]>()
  readonly #tokens = new Map<string, KnownToken>()
  /** Made anew after a change of users. */
  #candidatesMax: number | undefined
  /** Changes run one after the other, so that two of them cannot take the same name. */
  #lastChange: Promise<unknown> = Promise.resolve()

  constructor(options: DirectoryOptions, loaded: Loaded, signer: TokenSigner) {
    this.#options = options
    this.#signer = signer
    for (const user of loaded.users) this.#users.set(user.id, user)
    for (const grant of loaded.grants) this.#keepGrant(grant)
    for (const token of loaded.tokens) this.#keepToken(token)
  }

  createUser(
    tenant: string | null,
    user: NewUser,
    announce: Announce<User> = unannounced,
  ): Promise<User> {
    return this.#change(async () => {
      const { passwordHash, ...shown } = await this.#newUserRecord(tenant, user)
      const record = passwordHash === undefined ? shown : { ...shown, passwordHash }
      await announce(shown)
      await this.#options.records.put({ kind: 'user', id: record.id, body: record })
      this.#keepUser(record)
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

  deleteUser(
    tenant: string | null,
    id: string,
    announce: Announce<UserDeletion> = unannounced,
  ): Promise<void> {
    return this.#change(async () => {
      const user = this.#requireUser(tenant, id)
      const tokens = this.tokens(null).filter((token) => token.user === id)
      const grants = this.#grantsOfUser.get(id) ?? []
      await announce({ user: withoutPassword(user), grants, tokens })
      // The user goes first: without it, tokens and grants that a crash leaves behind are void.
      await this.#options.records.remove('user', id)
      this.#users.delete(id)
      this.#candidatesMax = undefined
      for (const token of tokens) {
        await this.#options.records.remove('token', token.id)
        this.#tokens.delete(token.id)
      }
      for (const grant of grants) await this.#removeGrant(grant)
    })
  }

  createGrant(
    tenant: string | null,
    grant: NewGrant,
    announce: Announce<Grant> = unannounced,
  ): Promise<Grant> {
    return this.#change(async () => {
      const record: GrantRecord = {
        id: this.#mintId(),
        user: requireUser(this, tenant, grant.user).id,
        role: grant.role,
        namespace: requirePlace('/namespace', grant.namespace),
        ...(grant.repository === undefined
          ? {}
          : { repository: requirePlace('/repository', grant.repository) }),
      }
      await announce(record)
      await this.#options.records.put({ kind: 'grant', id: record.id, body: record })
      this.#keepGrant(record)
      return record
    })
  }

  grants(tenant: string | null): readonly Grant[] {
    return [...this.#grants.values()].filter((grant) => this.#seesUser(tenant, grant.user))
  }

  deleteGrant(
    tenant: string | null,
    id: string,
    announce: Announce<Grant> = unannounced,
  ): Promise<void> {
    return this.#change(async () => {
      const grant = this.#grants.get(id)
      if (grant === undefined || !this.#seesUser(tenant, grant.user)) throw missing('grant')
      await announce(grant)
      await this.#removeGrant(grant)
    })
  }

  createToken(tenant: string | null, token: NewToken, announce: Announce<TokenInfo> = unannounced) {
    return this.#change(async () => {
      const owner = requireUser(this, tenant, token.user)
      if (owner.kind === 'organization') {
        throw invalidValue(
          '/user',
          'a user, robot or service; an organization asks for nothing itself',
        )
      }
      const sources = readTokenSources(token.sources ?? [])
      const nowMicros = this.#options.clock()
      const expiresAt = readExpiry(token.expiresAt, nowMicros)
      const minted = isSigned(token.scopes) ? undefined : mintToken()
      const record: TokenRecord = {
        id: minted?.lookupId ?? mintSignedId(nowMicros),
        user: owner.id,
        ...(token.name === undefined ? {} : { name: requireText('/name', token.name) }),
        scopes: [...new Set(token.scopes)],
        ...(sources.length > 0 && { sources: sources.map(sourceText) }),
        createdAt: formatTimestamp(nowMicros),
        ...(expiresAt === undefined ? {} : { expiresAt }),
        ...(minted && { secretSha256: minted.secretSha256 }),
      }
      const info = infoOf(record)
      await announce(info)
      await this.#options.records.put({ kind: 'token', id: record.id, body: record })
      this.#keepToken(record)
      return { info, token: minted?.text ?? this.#signed(info, nowMicros) }
    })
  }

  tokens(tenant: string | null): readonly TokenInfo[] {
    return [...this.#tokens.values()]
      .filter(({ record }) => this.#seesUser(tenant, record.user))
      .map(({ record }) => infoOf(record))
  }

  revokeToken(
    tenant: string | null,
    id: string,
    announce: Announce<TokenInfo> = unannounced,
  ): Promise<void> {
    return this.#change(async () => {
      const record = this.#tokens.get(id)?.record
      if (record === undefined || !this.#seesUser(tenant, record.user)) throw missing('token')
      if (record.revokedAt !== undefined) return
      await announce(infoOf(record))
      const revoked = { ...record, revokedAt: formatTimestamp(this.#options.clock()) }
      await this.#options.records.put({ kind: 'token', id, body: revoked })
      this.#keepToken(revoked)
    })
  }

  authenticate(text: string): Principal | undefined {
    const token = this.#findToken(text)
    if (token === undefined) return undefined
    const user = this.#users.get(token.record.user)
    if (user === undefined || token.record.revokedAt !== undefined) return undefined
    if (this.#options.clock() >= token.expiresMicros) return undefined
    const { id, scopes } = token.record
    return this.principal(user.id, { id, scopes, ...token.bound })
  }

  principal(userId: string, { id, scopes, sources }: Credential): Principal | undefined {
    const user = this.#users.get(userId)
    if (user === undefined) return undefined
    return {
      userId,
      name: user.name,
      ...(user.email === undefined ? {} : { email: user.email }),
      kind: user.kind,
      tenant: user.tenant,
      roles: user.roles,
      grants: this.#grantsOfUser.get(userId) ?? [],
      tokenId: id,
      scopes,
      ...(user.ownNamespace === false && { ownNamespace: false as const }),
      ...(sources !== undefined && { sources }),
    }
  }

  candidatesToSignIn(tenant: string | undefined, nameOrEmail: string): readonly User[] {
    return signInCandidates(this.#users.values(), tenant, nameOrEmail).map(withoutPassword)
  }

  candidatesMax(): number {
    this.#candidatesMax ??= candidatesMax(this.#users.values())
    return this.#candidatesMax
  }

  passwordMatches(userId: string | undefined, password: string): Promise<boolean> {
    // What is too long, or empty, was never set. It is hashed too, so that the time tells nothing.
    const isPossible = password !== '' && password.length <= PASSWORD_LENGTH_MAX
    const user = userId === undefined || !isPossible ? undefined : this.#users.get(userId)
    return verifyPassword(cutText(password, PASSWORD_LENGTH_MAX), user?.passwordHash)
  }

  changePassword(
    tenant: string | null,
    { id, password }: { readonly id: string; readonly password: string },
    announce: Announce<User> = unannounced,
  ): Promise<void> {
    return this.#change(async () => {
      const user = this.#requireUser(tenant, id)
      const record = { ...user, passwordHash: await hashPassword(requirePassword(password)) }
      await announce(withoutPassword(user))
      await this.#options.records.put({ kind: 'user', id, body: record })
      this.#keepUser(record)
    })
  }

  passwordMark(userId: string): string | undefined {
    const user = this.#users.get(userId)
    // A hash of the hash: who reads where marks are kept gets nothing to guess passwords with.
    return user && hash('sha256', user.passwordHash ?? '', 'base64url').slice(0, MARK_LENGTH)
  }

  #change<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#lastChange.then(change)
    this.#lastChange = changed.catch(() => undefined)
    return changed
  }

  async #newUserRecord(asker: string | null, user: NewUser): Promise<UserRecord> {
    const name = requireUserName('/name', user.name)
    const roles = user.roles ?? ['member']
    const tenant = user.tenant === undefined ? (asker ?? this.#options.defaultTenant) : user.tenant
    if (!sees(asker, tenant))
      throw invalidValue('/tenant', `${asker}, the tenant of the credentials`)
    if (tenant === null && !roles.includes('administrator')) {
      throw invalidValue('/tenant', 'a tenant; only administrators can be without one')
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
      ...(user.ownNamespace === false && { ownNamespace: false as const }),
      ...(user.password !== undefined && {
        passwordHash: await hashPassword(requirePassword(user.password)),
      }),
    }
  }

  #requireUser(tenant: string | null, id: string): UserRecord {
    const user = this.#users.get(id)
    if (user === undefined || !sees(tenant, user.tenant)) throw missing('user')
    return user
  }

  #keepUser(user: UserRecord): void {
    this.#users.set(user.id, user)
    this.#candidatesMax = undefined
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
    this.#tokens.set(record.id, knownToken(record))
  }

  #findToken(text: string): KnownToken | undefined {
    const claims = this.#signer.read(text)
    const lookupId = claims?.id ?? tokenLookupId(text)
    const token = lookupId === undefined ? undefined : this.#tokens.get(lookupId)
    if (claims === undefined) return secretMatches(text, token?.secretSha256) ? token : undefined
    return token?.secretSha256 === undefined && token?.record.user === claims.user
      ? token
      : undefined
  }

  #signed({ id, user, scopes, expiresAt }: TokenInfo, issuedMicros: number): string {
    const expiresMicros = expiresAt === undefined ? undefined : parseTimestamp(expiresAt)
    return this.#signer.sign({ id, user, scopes, issuedMicros, expiresMicros })
  }

  #mintId(): string {
    return mintUuid(Math.floor(this.#options.clock() / 1000))
  }
}

/** Characters of a password's mark: 128 bits. */
const MARK_LENGTH = 22

function sees(asker: string | null, tenant: string | null): boolean {
  return asker === null || asker === tenant
}

/** Changes of tests and tools that record nothing. */
async function unannounced(): Promise<void> {}
