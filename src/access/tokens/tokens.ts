import { invalidValue } from '../../core/errors.ts'
import { type Clock, formatTimestamp, parseTimestamp } from '../../core/time/timestamp.ts'
import { sourceText } from '../../core/values/source-name.ts'
import type { Announce, NewToken, TokenInfo, User } from '../directory/directory.ts'
import { missing, readExpiry, requireText } from '../directory/names.ts'
import { readTokenSources } from '../directory/source-claims.ts'
import type { Users } from '../directory/users.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable, unreadableRecord } from '../records/record-table.ts'
import { type KnownToken, knownToken, TokenRecord } from './known-token.ts'
import { createTokenSigner, isSigned, mintSignedId, type TokenSigner } from './signed-token.ts'
import { mintToken, secretMatches, tokenLookupId } from './token.ts'

/** What tokens are made and read with. */
interface TokenServices {
  readonly users: Pick<Users, 'isSeen'>
  readonly clock: Clock
  /** The key that signed tokens are signed with, of `readInstanceKey`. */
  readonly tokenKey: Uint8Array
}

/** Reads the tokens, revoked and expired ones too. Throws as `openTable` does. */
export async function openTokens(records: RecordStore, services: TokenServices): Promise<Tokens> {
  return new Tokens(await openTable(records, { kind: 'token', schema: TokenRecord }), services)
}

/** Credentials of users. */
export class Tokens {
  readonly #table: RecordTable<TokenRecord>
  readonly #services: TokenServices
  readonly #signer: TokenSigner
  /** The rows of the table in the form that every request needs. */
  readonly #known = new Map<string, KnownToken>()

  constructor(table: RecordTable<TokenRecord>, services: TokenServices) {
    this.#table = table
    this.#services = services
    this.#signer = createTokenSigner(services.tokenKey)
    for (const record of table.all()) this.#known.set(record.id, readToken(record))
  }

  list(tenant: string | null): readonly TokenInfo[] {
    const { users } = this.#services
    const seen = this.#table.all().filter(({ user }) => users.isSeen(tenant, user))
    return seen.map(infoOf)
  }

  /** The token that a text is, revoked and expired ones too. */
  find(text: string): KnownToken | undefined {
    const claims = this.#signer.read(text)
    const lookupId = claims?.id ?? tokenLookupId(text)
    const token = lookupId === undefined ? undefined : this.#known.get(lookupId)
    if (claims === undefined) return secretMatches(text, token?.secretSha256) ? token : undefined
    const isOwn = token?.secretSha256 === undefined && token?.record.user === claims.user
    return isOwn ? token : undefined
  }

  /** The token of an id, revoked and expired ones too. */
  get(id: string): KnownToken | undefined {
    return this.#known.get(id)
  }

  async create(owner: User, token: NewToken, announce: Announce<TokenInfo>) {
    if (owner.kind === 'organization') throw invalidValue('/user', NO_ORGANIZATION)
    const sources = readTokenSources(token.sources ?? [])
    const nowMicros = this.#services.clock()
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
    await this.#put(record)
    return { info, token: minted?.text ?? this.#signed(info, nowMicros) }
  }

  /** Without effect, and without an announcement, on a token that was revoked before. */
  async revoke(tenant: string | null, id: string, announce: Announce<TokenInfo>): Promise<void> {
    const record = this.#table.rows.get(id)
    if (record === undefined || !this.#services.users.isSeen(tenant, record.user)) {
      throw missing('token')
    }
    if (record.revokedAt !== undefined) return
    await announce(infoOf(record))
    await this.#put({ ...record, revokedAt: formatTimestamp(this.#services.clock()) })
  }

  async removeAllOf(user: string): Promise<void> {
    for (const record of this.#table.all()) {
      if (record.user !== user) continue
      await this.#table.remove(record.id)
      this.#known.delete(record.id)
    }
  }

  async #put(record: TokenRecord): Promise<void> {
    await this.#table.put(record.id, record)
    this.#known.set(record.id, knownToken(record))
  }

  #signed({ id, user, scopes, expiresAt }: TokenInfo, issuedMicros: number): string {
    const expiresMicros = expiresAt === undefined ? undefined : parseTimestamp(expiresAt)
    return this.#signer.sign({ id, user, scopes, issuedMicros, expiresMicros })
  }
}

const NO_ORGANIZATION = 'a user, robot or service; an organization asks for nothing itself'

/** A token as others see it. */
function infoOf({ secretSha256: _secret, ...info }: TokenRecord): TokenInfo {
  return info
}

function readToken(record: TokenRecord): KnownToken {
  try {
    return knownToken(record)
  } catch (cause) {
    throw unreadableRecord('token', record.id, '/sources is not as it is written', cause)
  }
}
