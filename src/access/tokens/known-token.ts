import { type Static, Type } from 'typebox'
import { parseTimestamp } from '../../core/time/timestamp.ts'
import type { SourceName } from '../../core/values/source-name.ts'
import { SCOPES } from '../directory/principal.ts'
import { readTokenSources } from '../directory/source-claims.ts'

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
  /** Absent for a signed token, whose text is stored nowhere. */
  secretSha256: Type.Optional(Type.String()),
})
export type TokenRecord = Static<typeof TokenRecord>

/** A token as it is kept in memory, read once. */
export interface KnownToken {
  readonly record: TokenRecord
  /** Undefined for a signed token. */
  readonly secretSha256: Buffer | undefined
  /** When it stops to be valid, microseconds since the epoch; infinity when never. */
  readonly expiresMicros: number
  /** The sources that it is bound to, if any. */
  readonly bound: { readonly sources?: readonly SourceName[] }
}

/** Reads the record of a token. @throws Fault `request.invalid` as `readTokenSources` does. */
export function knownToken(record: TokenRecord): KnownToken {
  const { expiresAt, secretSha256, sources } = record
  return {
    record,
    secretSha256: secretSha256 === undefined ? undefined : Buffer.from(secretSha256, 'hex'),
    // A time that cannot be read counts as past: the token is not valid.
    expiresMicros: expiresAt === undefined ? Infinity : (parseTimestamp(expiresAt) ?? 0),
    bound: sources === undefined ? {} : { sources: readTokenSources(sources) },
  }
}
