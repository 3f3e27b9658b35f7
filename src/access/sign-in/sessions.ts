import { hash, randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { Client, JsonObject } from '../../core/event/event.ts'
import { type Clock, formatTimestamp, parseTimestamp } from '../../core/time/timestamp.ts'
import { createTurns } from '../../core/turns/in-turn.ts'
import type { Directory, ValidToken } from '../directory/directory.ts'
import { type Principal, SCOPES } from '../directory/principal.ts'
import type { RecordStore } from '../records/record-store.ts'
import { openTable, type RecordTable } from '../records/record-table.ts'

/** A session ends when it was not used for so long, in milliseconds: eight hours. */
const SESSION_IDLE_MS = 8 * 3_600_000
/** A session ends so long after its beginning however it is used, in milliseconds: seven days. */
export const SESSION_LIFETIME_MS = 7 * 86_400_000
/** Sessions of one user; a further one ends the one that was not used for longest. */
const SESSIONS_OF_USER_MAX = 20
/** Sessions in all; likewise. */
const SESSIONS_MAX = 10_000
/** How far the last use that is stored may lie behind the real one, in milliseconds. */
const TOUCH_MS = 300_000
const TOKEN_BYTES = 32

/** A session that holds, as a request finds it. */
export interface Session {
  /** Its user, with all rights that the user has itself or those of the token it began with. */
  readonly principal: Principal
  /** What the dialect that began it keeps in it. */
  readonly data: JsonObject
  readonly info: SessionInfo
  /** The principal with the rights of now; undefined once the session has ended. It is no use. */
  readonly current: () => Principal | undefined
}

/** A session as its user may see it: without its secret. */
export interface SessionInfo {
  readonly id: string
  readonly dialect: string
  readonly startedMicros: number
  readonly usedMicros: number
  /** When it ends if it is not used before, microseconds since the epoch. */
  readonly endsMicros: number
  /** Where it began. */
  readonly client?: Client
  /** The id of the token that it began with; absent after a password. */
  readonly tokenId?: string
}

/** Who signed in, where. */
interface NewSession {
  readonly userId: string
  /** The dialect that begins it; in any other its token is worth nothing. */
  readonly dialect: string
  readonly data: JsonObject
  readonly client?: Client
  /** The id of the token that it begins with: the session has its scopes, and ends with it. */
  readonly tokenId?: string
}

/**
 * Sessions of people who signed in, for any dialect. They outlive a restart, and are answered from
 * memory. Of a token only the SHA-256 is kept.
 *
 * A session ends by `end`, when it is idle or old, with the token that it began with, and when its
 * user is deleted or gets another password. Changes are durable once their promise resolves; they
 * reject with `store.unavailable`.
 */
export interface Sessions {
  /** Begins a session. The token, 43 characters of base64url, is in the answer and nowhere else. */
  begin(session: NewSession): Promise<string>
  /** The session of a token; undefined for an unknown token and for another dialect's. */
  find(dialect: string, token: string): Session | undefined
  /** Replaces what the dialect keeps in a session; without effect when it has ended. */
  replaceData(token: string, data: JsonObject): Promise<void>
  end(token: string): Promise<void>
  /** The sessions of a user in all dialects that hold, in no order. */
  ofUser(userId: string): readonly SessionInfo[]
  /** Ends the sessions of a user in all dialects; answers how many. */
  endAllOf(userId: string): Promise<number>
  /** Forgets the sessions that have ended by themselves; answers how many. */
  sweep(): Promise<number>
}

/** Where sessions are kept, and whose they are. */
export interface SessionsOptions {
  readonly records: RecordStore
  readonly directory: Pick<Directory, 'principal' | 'passwordMark' | 'validToken'>
  readonly clock: Clock
}

const ClientRecord = Type.Object({
  ip: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
})

/** The record of a session, of kind `session`, under the SHA-256 of its token; `user` is an id. */
const SessionRecord = Type.Object({
  id: Type.String(),
  user: Type.String(),
  dialect: Type.String(),
  passwordMark: Type.String(),
  startedAt: Type.String(),
  usedAt: Type.String(),
  data: Type.Unsafe<JsonObject>(Type.Object({})),
  client: Type.Optional(Type.Unsafe<Client>(ClientRecord)),
  tokenId: Type.Optional(Type.String()),
})
type SessionRecord = Static<typeof SessionRecord>

/** Reads the sessions into memory. Throws `store.unavailable`. */
export async function openSessions(options: SessionsOptions): Promise<Sessions> {
  // A session that cannot be read has ended: its user signs in again.
  const form = { kind: 'session', schema: SessionRecord, unreadable: 'skip' } as const
  return new SessionsInTable(options, await openTable(options.records, form))
}

/** When a session was used last, ms since the epoch: really, and as far as the table says. */
interface Use {
  readonly usedMs: number
  readonly storedMs: number
}

class SessionsInTable implements Sessions {
  readonly #options: SessionsOptions
  readonly #table: RecordTable<SessionRecord>
  /** Of sessions that were used since the start. */
  readonly #uses = new Map<string, Use>()
  /** Ended, but maybe still in the store because it could not be reached. */
  readonly #ended = new Set<string>()
  readonly #inTurn = createTurns()

  constructor(options: SessionsOptions, table: RecordTable<SessionRecord>) {
    this.#options = options
    this.#table = table
  }

  async begin({ userId, dialect, data, client, tokenId }: NewSession): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    await this.#inTurn(async () => {
      const id = idOf(token)
      const now = formatTimestamp(this.#options.clock())
      const passwordMark = this.#options.directory.passwordMark(userId) ?? ''
      await this.#makeRoom(userId)
      await this.#table.put(id, {
        ...{ id, user: userId, dialect, passwordMark },
        ...{ startedAt: now, usedAt: now, data: { ...data } },
        ...(client !== undefined && { client: { ...client } }),
        ...(tokenId !== undefined && { tokenId }),
      })
    })
    return token
  }

  find(dialect: string, token: string): Session | undefined {
    const record = this.#table.rows.get(idOf(token))
    if (record === undefined || record.dialect !== dialect) return undefined
    const nowMs = this.#nowMs()
    if (!this.#holds(record, nowMs)) return undefined
    this.#touch(record, nowMs)
    const principal = this.#principalOf(record)
    const current = () => this.#current(record.id)
    return principal && { principal, data: record.data, info: this.#infoOf(record), current }
  }

  async replaceData(token: string, data: JsonObject): Promise<void> {
    const id = idOf(token)
    if (this.#ended.has(id)) return
    await this.#table.change(id, (record) => ({ ...record, data: { ...data } }))
  }

  end(token: string): Promise<void> {
    return this.#end(idOf(token))
  }

  ofUser(userId: string): readonly SessionInfo[] {
    const nowMs = this.#nowMs()
    const own = this.#table.all().filter(({ user }) => user === userId)
    return own.filter((record) => this.#holds(record, nowMs)).map((one) => this.#infoOf(one))
  }

  async endAllOf(userId: string): Promise<number> {
    const held = this.ofUser(userId)
    // All of them at once in memory, before the first write.
    await Promise.all(held.map(({ id }) => this.#end(id)))
    return held.length
  }

  async sweep(): Promise<number> {
    const nowMs = this.#nowMs()
    const ended = this.#table.all().filter((record) => !this.#holds(record, nowMs))
    for (const { id } of ended) await this.#end(id)
    return ended.length
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock() / 1000)
  }

  #tokenOf(id: string): ValidToken | undefined {
    return this.#options.directory.validToken(id)
  }

  #principalOf({ id, user, tokenId }: SessionRecord): Principal | undefined {
    const credentialId = `session:${id}`
    if (tokenId === undefined) {
      return this.#options.directory.principal(user, { id: credentialId, scopes: SCOPES })
    }
    const token = this.#tokenOf(tokenId)
    return token && { ...token.principal, tokenId: credentialId }
  }

  #current(id: string): Principal | undefined {
    const record = this.#table.rows.get(id)
    const holds = record !== undefined && this.#holds(record, this.#nowMs())
    return holds ? this.#principalOf(record) : undefined
  }

  #infoOf(record: SessionRecord): SessionInfo {
    const { id, dialect, startedAt, client, tokenId } = record
    const { usedMs } = this.#useOf(record)
    const startedMs = millis(startedAt)
    const endsMs = Math.min(startedMs + SESSION_LIFETIME_MS, usedMs + SESSION_IDLE_MS)
    const tokenMicros = tokenId === undefined ? undefined : this.#tokenOf(tokenId)?.expiresMicros
    return {
      ...{ id, dialect },
      startedMicros: startedMs * 1000,
      usedMicros: usedMs * 1000,
      endsMicros: Math.min(endsMs * 1000, tokenMicros ?? Infinity),
      ...(client !== undefined && { client }),
      ...(tokenId !== undefined && { tokenId }),
    }
  }

  #holds(record: SessionRecord, nowMs: number): boolean {
    if (this.#ended.has(record.id)) return false
    const isYoung = nowMs - millis(record.startedAt) < SESSION_LIFETIME_MS
    const isIdle = nowMs - this.#useOf(record).usedMs >= SESSION_IDLE_MS
    if (!isYoung || isIdle) return false
    const { tokenId } = record
    if (tokenId !== undefined && this.#tokenOf(tokenId) === undefined) return false
    return this.#options.directory.passwordMark(record.user) === record.passwordMark
  }

  #useOf({ id, usedAt }: SessionRecord): Use {
    return this.#uses.get(id) ?? { usedMs: millis(usedAt), storedMs: millis(usedAt) }
  }

  /** The write is not waited for: a use that is lost is stored again soon. */
  #touch(record: SessionRecord, nowMs: number): void {
    const { id } = record
    const { storedMs } = this.#useOf(record)
    const isDue = nowMs - storedMs >= TOUCH_MS
    this.#uses.set(id, { usedMs: nowMs, storedMs: isDue ? nowMs : storedMs })
    if (!isDue) return
    const usedAt = formatTimestamp(nowMs * 1000)
    this.#table.change(id, (kept) => ({ ...kept, usedAt })).catch(() => undefined)
  }

  /** Ends the sessions that leave no room for a further one, those unused for longest first. */
  async #makeRoom(userId: string): Promise<void> {
    const byUse = this.#table
      .all()
      .map((record) => {
        const { id, user } = record
        return { id, user, usedMs: this.#ended.has(id) ? 0 : this.#useOf(record).usedMs }
      })
      .sort((left, right) => left.usedMs - right.usedMs)
    const ofUser = byUse.filter(({ user }) => user === userId)
    const surplus = [
      ...ofUser.slice(0, Math.max(0, ofUser.length - SESSIONS_OF_USER_MAX + 1)),
      ...byUse.slice(0, Math.max(0, byUse.length - SESSIONS_MAX + 1)),
    ]
    for (const { id } of surplus) await this.#end(id)
  }

  /** At once in memory: a session that was ended must not hold while the store is down. */
  async #end(id: string): Promise<void> {
    if (!this.#table.rows.has(id)) return
    this.#ended.add(id)
    await this.#table.remove(id)
    this.#ended.delete(id)
    this.#uses.delete(id)
  }
}

function idOf(token: string): string {
  return hash('sha256', token)
}

/** Milliseconds since the epoch. A time that cannot be read counts as long past. */
function millis(text: string): number {
  return (parseTimestamp(text) ?? 0) / 1000
}
