import type { Clock } from '../../core/time/timestamp.ts'
import { createTurns } from '../../core/turns/in-turn.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { KnownToken } from '../tokens/known-token.ts'
import { openTokens, type Tokens } from '../tokens/tokens.ts'
import type { Credential, Directory, DirectoryKeeper, ValidToken } from './directory.ts'
import { type Grants, openGrants } from './grants.ts'
import { requireUser } from './named-user.ts'
import type { Principal } from './principal.ts'
import { openUsers, type UserDefaults, type Users } from './users.ts'

/** Where a directory is kept, and what it fills in. */
export interface DirectoryOptions extends UserDefaults {
  readonly records: RecordStore
  /** The key that signed tokens are signed with, of `readInstanceKey`. */
  readonly tokenKey: Uint8Array
}

interface Parts {
  readonly users: Users
  readonly grants: Grants
  readonly tokens: Tokens
  readonly clock: Clock
}

/** Reads users, grants and tokens into memory. Throws as `openTable` does. */
export async function openDirectory(options: DirectoryOptions): Promise<DirectoryKeeper> {
  const { records, clock } = options
  const users = await openUsers(records, options)
  const [grants, tokens] = await Promise.all([
    openGrants(records, { users, clock }),
    openTokens(records, { ...options, users }),
  ])
  return keeperOf({ users, grants, tokens, clock })
}

function keeperOf(parts: Parts): DirectoryKeeper {
  const { users, grants, tokens } = parts
  const directory = directoryOf(parts)
  /** Changes run one after the other, so that two of them cannot take the same name. */
  const inTurn = createTurns()
  return {
    ...directory,
    createUser: (tenant, user, announce = unannounced) =>
      inTurn(() => users.create(tenant, user, announce)),
    deleteUser: (tenant, id, announce = unannounced) =>
      inTurn(async () => {
        const user = users.require(tenant, id)
        const itsTokens = tokens.list(null).filter((token) => token.user === id)
        await announce({ user, grants: grants.ofUser(id), tokens: itsTokens })
        // The user goes first: without it, tokens and grants that a crash leaves behind are void.
        await users.remove(id)
        await tokens.removeAllOf(id)
        await grants.removeAllOf(id)
      }),
    changePassword: (tenant, change, announce = unannounced) =>
      inTurn(() => users.changePassword(tenant, change, announce)),
    createGrant: (tenant, grant, announce = unannounced) =>
      inTurn(async () =>
        grants.create(requireUser(directory, tenant, grant.user), grant, announce),
      ),
    deleteGrant: (tenant, id, announce = unannounced) =>
      inTurn(() => grants.delete(tenant, id, announce)),
    createToken: (tenant, token, announce = unannounced) =>
      inTurn(async () =>
        tokens.create(requireUser(directory, tenant, token.user), token, announce),
      ),
    revokeToken: (tenant, id, announce = unannounced) =>
      inTurn(() => tokens.revoke(tenant, id, announce)),
  }
}

function directoryOf({ users, grants, tokens, clock }: Parts): Directory {
  const principal = (
    userId: string,
    { id, scopes, sources }: Credential,
  ): Principal | undefined => {
    const user = users.get(userId)
    if (user === undefined) return undefined
    return {
      userId,
      name: user.name,
      ...(user.email === undefined ? {} : { email: user.email }),
      kind: user.kind,
      tenant: user.tenant,
      roles: user.roles,
      grants: grants.ofUser(userId),
      tokenId: id,
      scopes,
      ...(user.ownNamespace === false && { ownNamespace: false as const }),
      ...(sources !== undefined && { sources }),
    }
  }
  const valid = (token: KnownToken | undefined): ValidToken | undefined => {
    if (token === undefined || token.record.revokedAt !== undefined) return undefined
    const { expiresMicros, record, bound } = token
    if (clock() >= expiresMicros) return undefined
    const { id, user, scopes } = record
    const owner = principal(user, { id, scopes, ...bound })
    return owner && { principal: owner, expiresMicros }
  }
  return {
    users: (tenant) => users.list(tenant),
    user: (tenant, nameOrId) => users.find(tenant, nameOrId),
    grants: (tenant) => grants.list(tenant),
    tokens: (tenant) => tokens.list(tenant),
    authenticate: (text) => valid(tokens.find(text))?.principal,
    principal,
    validToken: (id) => valid(tokens.get(id)),
    candidatesToSignIn: (tenant, nameOrEmail) => users.candidatesToSignIn(tenant, nameOrEmail),
    candidatesMax: () => users.candidatesMax(),
    passwordMatches: (id, password) => users.passwordMatches(id, password),
    hasPassword: (id) => users.hasPassword(id),
    passwordMark: (id) => users.passwordMark(id),
  }
}

/** Changes of tests and tools that record nothing. */
async function unannounced(): Promise<void> {}
