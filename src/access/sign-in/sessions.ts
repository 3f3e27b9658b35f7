import { hash, randomBytes } from 'node:crypto'
import type { JsonObject } from '../../core/event/event.ts'
import { type Clock, formatTimestamp, parseTimestamp } from '../../core/time/timestamp.ts'
import type { Directory } from '../directory/directory.ts'
import { type Principal, SCOPES } from '../directory/principal.ts'
import type { RecordStore } from '../record-store.ts'
import { loadSessions, type SessionRecord } from './session-record.ts'

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
  /** Its user with all rights that the user has itself. */
  readonly principal: Principal
  /** What the dialect that began it keeps in it. */
  readonly data: JsonObject
}

/** Who signed in, where. */
interface NewSession {
  readonly userId: string
  /** The dialect that begins it; in any other its token is worth nothing. */
  readonly dialect: string
  readonly data: JsonObject
}

/**
 * Sessions of people who signed in, for any dialect. They outlive a restart, and are answered from
 * memory. Of a token only the SHA-256 is kept.
 *
 * A session ends by `end`, when it is idle or old, and when its user is deleted or gets another
 * password. Changes are durable once their promise resolves; they reject with `store.unavailable`.
 */
export interface Sessions {
  /** Begins a session. The token, 43 characters of base64url, is in the answer and nowhere else. */
  begin(session: NewSession): Promise<string>
  /** The session of a token; undefined when there is none, or none of this dialect. */
  find(dialect: string, token: string): Session | undefined
  /** Replaces what the dialect keeps in a session; without effect when it has ended. */
  replaceData(token: string, data: JsonObject): Promise<void>
  end(token: string): Promise<void>
  /** Forgets the sessions that have ended by themselves; answers how many. */
  sweep(): Promise<number>
}

/** Where sessions are kept, and whose they are. */
export interface SessionsOptions {
  readonly records: RecordStore
  readonly directory: Pick<Directory, 'principal' | 'passwordMark'>
  readonly clock: Clock
}

/** Reads the sessions into memory. Throws `store.unavailable`. */
export async function openSessions(options: SessionsOptions): Promise<Sessions> {
  return new SessionsInRecords(options, await loadSessions(options.records))
}

/** A session as it is kept in memory; the one object whose fields change in place. */
interface Kept {
  record: SessionRecord
  readonly startedMs: number
  usedMs: number
}

class SessionsInRecords implements Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, Kept>()
  /** Ended, but still in the store because it could not be reached. */
  readonly #unremoved = new Set<string>()
  /** Writes run one after the other: a late one must not bring back what another removed. */
  #lastWrite: Promise<unknown> = Promise.resolve()

  constructor(options: SessionsOptions, records: readonly SessionRecord[]) {
    this.#options = options
    for (const record of records) this.#keep(record)
  }

  async begin({ userId, dialect, data }: NewSession): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    await this.#write(async () => {
      const now = formatTimestamp(this.#options.clock())
      const record: SessionRecord = {
        id: idOf(token),
        user: userId,
        dialect,
        passwordMark: this.#options.directory.passwordMark(userId) ?? '',
        startedAt: now,
        usedAt: now,
        data: { ...data },
      }
      await this.#makeRoom(userId)
      await this.#put(record)
      this.#keep(record)
    })
    return token
  }

  find(dialect: string, token: string): Session | undefined {
    const kept = this.#sessions.get(idOf(token))
    if (kept === undefined || kept.record.dialect !== dialect) return undefined
    const nowMs = this.#nowMs()
    if (!this.#holds(kept, nowMs)) return undefined
    kept.usedMs = nowMs
    const { record } = kept
    if (nowMs - Math.floor(micros(record.usedAt) / 1000) >= TOUCH_MS) this.#touch(kept, nowMs)
    const credential = { id: `session:${record.id}`, scopes: SCOPES }
    const principal = this.#options.directory.principal(record.user, credential)
    return principal && { principal, data: record.data }
  }

  replaceData(token: string, data: JsonObject): Promise<void> {
    return this.#change(idOf(token), (record) => ({ ...record, data: { ...data } }))
  }

  end(token: string): Promise<void> {
    return this.#write(() => this.#remove(idOf(token)))
  }

  sweep(): Promise<number> {
    return this.#write(async () => {
      const nowMs = this.#nowMs()
      const ended = [...this.#sessions.values()].filter((kept) => !this.#holds(kept, nowMs))
      const ids = [...ended.map(({ record }) => record.id), ...this.#unremoved]
      for (const id of ids) await this.#remove(id)
      return ids.length
    })
  }

  #holds({ record, startedMs, usedMs }: Kept, nowMs: number): boolean {
    const isYoung = nowMs - startedMs < SESSION_LIFETIME_MS && nowMs - usedMs < SESSION_IDLE_MS
    return isYoung && this.#options.directory.passwordMark(record.user) === record.passwordMark
  }

  /** Ends as many sessions, those unused for longest, as stand in the way of a further one. */
  async #makeRoom(userId: string): Promise<void> {
    const byUse = [...this.#sessions.values()].sort((left, right) => left.usedMs - right.usedMs)
    const ofUser = byUse.filter(({ record }) => record.user === userId)
    const surplus = [
      ...ofUser.slice(0, Math.max(0, ofUser.length - SESSIONS_OF_USER_MAX + 1)),
      ...byUse.slice(0, Math.max(0, byUse.length - SESSIONS_MAX + 1)),
    ]
    for (const { record } of surplus) await this.#remove(record.id)
  }

  /** Nobody waits for it: that a session was used may be lost, and is said again soon. */
  #touch(kept: Kept, nowMs: number): void {
    const usedAt = formatTimestamp(nowMs * 1000)
    kept.record = { ...kept.record, usedAt }
    this.#change(kept.record.id, (record) => ({ ...record, usedAt })).catch(() => undefined)
  }

  #change(id: string, change: (record: SessionRecord) => SessionRecord): Promise<void> {
    return this.#write(async () => {
      const kept = this.#sessions.get(id)
      if (kept === undefined) return
      const record = change(kept.record)
      await this.#put(record)
      kept.record = record
    })
  }

  async #put(record: SessionRecord): Promise<void> {
    await this.#options.records.put({ kind: 'session', id: record.id, body: { ...record } })
  }

  /** From memory first: a session that somebody ended must not hold while the store is down. */
  async #remove(id: string): Promise<void> {
    if (this.#sessions.delete(id)) this.#unremoved.add(id)
    if (!this.#unremoved.has(id)) return
    await this.#options.records.remove('session', id)
    this.#unremoved.delete(id)
  }

  #keep(record: SessionRecord): void {
    const [startedMs, usedMs] = [record.startedAt, record.usedAt].map((text) => micros(text) / 1000)
    this.#sessions.set(record.id, { record, startedMs: startedMs ?? 0, usedMs: usedMs ?? 0 })
  }

  #write<Result>(write: () => Promise<Result>): Promise<Result> {
    const written = this.#lastWrite.then(write)
    this.#lastWrite = written.catch(() => undefined)
    return written
  }

  #nowMs(): number {
    return Math.floor(this.#options.clock() / 1000)
  }
}

function idOf(token: string): string {
  return hash('sha256', token)
}

/** A time that cannot be read counts as long past. */
function micros(text: string): number {
  return parseTimestamp(text) ?? 0
}
