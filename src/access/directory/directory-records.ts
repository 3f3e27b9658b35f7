import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Fault } from '../../core/errors.ts'
import type { RecordStore, StateRecord } from '../record-store.ts'
import type { TokenInfo, User } from './directory.ts'
import { GRANT_ROLES, ROLES, SCOPES, USER_KINDS } from './principal.ts'

/** The record of a user, of kind `user`. */
export const UserRecord = Type.Object({
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
export type UserRecord = Static<typeof UserRecord>

/** The record of a grant, of kind `grant`; `user` is an id. */
export const GrantRecord = Type.Object({
  id: Type.String(),
  user: Type.String(),
  role: Type.Enum(GRANT_ROLES),
  namespace: Type.String(),
  repository: Type.Optional(Type.String()),
})
export type GrantRecord = Static<typeof GrantRecord>

/** The record of a token, of kind `token`, under its lookup id; `user` is an id. */
export const TokenRecord = Type.Object({
  id: Type.String(),
  user: Type.String(),
  name: Type.Optional(Type.String()),
  scopes: Type.Array(Type.Enum(SCOPES)),
  sources: Type.Optional(Type.Array(Type.String())),
  createdAt: Type.String(),
  expiresAt: Type.Optional(Type.String()),
  revokedAt: Type.Optional(Type.String()),
  /** Absent for a signed token, of which nothing but this record is kept. */
  secretSha256: Type.Optional(Type.String()),
})
export type TokenRecord = Static<typeof TokenRecord>

/** A user as others see it. */
export function withoutPassword({ passwordHash: _hash, ...user }: UserRecord): User {
  return user
}

/** A token as others see it. */
export function infoOf({ secretSha256: _secret, ...info }: TokenRecord): TokenInfo {
  return info
}

/** Every user. */
export async function loadUsers(records: RecordStore): Promise<readonly UserRecord[]> {
  return (await records.load('user')).map((record) => read(UserRecord, record))
}

/** Every grant. */
export async function loadGrants(records: RecordStore): Promise<readonly GrantRecord[]> {
  return (await records.load('grant')).map((record) => read(GrantRecord, record))
}

/** Every token, revoked and expired ones too. */
export async function loadTokens(records: RecordStore): Promise<readonly TokenRecord[]> {
  return (await records.load('token')).map((record) => read(TokenRecord, record))
}

/** A record in another form than this program writes stops the start: rights are never guessed. */
function read<Schema extends Type.TSchema>(schema: Schema, record: StateRecord): Static<Schema> {
  try {
    return Value.Parse(schema, record.body)
  } catch (error) {
    throw new Fault('internal.fault', {
      detail: `the ${record.kind} record ${record.id} cannot be read`,
      cause: error,
    })
  }
}
