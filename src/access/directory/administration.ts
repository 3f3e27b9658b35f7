import type { Condition, EventFilter, EventReader } from '../../core/query/query.ts'
import type { Clock } from '../../core/time/timestamp.ts'
import { OWN_SOURCE_KIND } from '../../core/values/source-name.ts'
import type { SavedSearchKeeper } from '../saved-searches/saved-search.ts'
import { AttemptLimit } from '../sign-in/attempt-limit.ts'
import type { AccessKeyInfo, AccessKeyKeeper } from '../tokens/access-keys.ts'
import {
  type AccessAct,
  type AccessEvent,
  type Administrator,
  type Changed,
  changeEvent,
  notDoneEvent,
} from './administration-event.ts'
import type {
  Announce,
  DirectoryKeeper,
  NewGrant,
  NewToken,
  NewUser,
  TokenInfo,
  User,
} from './directory.ts'
import { requireUserName } from './names.ts'
import type { Grant } from './principal.ts'

/** Events about rejected changes, for each caller: so many at once, then one a second. */
const REFUSALS = { burst: 100, intervalMs: 1_000, keysMax: 10_000 }

/** Waybill itself, at a start or in a command on its own data. */
export const WAYBILL_ITSELF: Administrator = { principal: undefined }

/**
 * Changes of users, grants, tokens, passwords and access keys. Each change is recorded as an event:
 * who did what to whom, with the state before and after and never a secret.
 *
 * The event is durable before the change is made: what cannot be recorded does not happen. What is
 * refused is recorded too, with the outcome `failure` or `denied`. Methods throw as those of
 * `DirectoryKeeper` and `AccessKeyKeeper` do, and as `Append` does.
 */
export interface Administration {
  createUser(by: Administrator, user: NewUser): Promise<User>
  /**
   * Deletes a user with its grants, tokens and access keys; what becomes of its saved searches says
   * `SavedSearchKeeper.passOn`.
   */
  deleteUser(by: Administrator, id: string): Promise<void>
  changePassword(by: Administrator, id: string, password: string): Promise<void>
  createGrant(by: Administrator, grant: NewGrant): Promise<Grant>
  deleteGrant(by: Administrator, id: string): Promise<void>
  createToken(by: Administrator, token: NewToken): ReturnType<DirectoryKeeper['createToken']>
  revokeToken(by: Administrator, id: string): Promise<void>
  createAccessKey(by: Administrator, user: string): ReturnType<AccessKeyKeeper['create']>
  deleteAccessKey(by: Administrator, accessKey: string): Promise<void>
  /** Records an act that was asked for without the right to it. */
  denied(by: Administrator, act: AccessAct): Promise<void>
}

/** What administration works on. */
export interface AdministrationOptions {
  readonly directory: DirectoryKeeper
  readonly accessKeys: AccessKeyKeeper
  readonly savedSearches: Pick<SavedSearchKeeper, 'passOn'>
  readonly events: Pick<EventReader, 'page'>
  readonly clock: Clock
  readonly defaultTenant: string
  /** Keeps an event in the ledger; durable once it resolves. */
  record(event: AccessEvent): Promise<void>
}

/** Administration over a directory and its access keys. */
export function createAdministration(options: AdministrationOptions): Administration {
  const { directory, accessKeys, savedSearches } = options
  const announced = announcementsOf(directory)
  const recorder = new Recorder(options)
  return {
    createUser: (by, user) =>
      recorder.change({ by, act: 'user.create', asked: { name: user.name } }, async (announce) => {
        const isTaken = await isNamespaceOfOthers(user, tenantOf(by), options)
        return directory.createUser(
          tenantOf(by),
          isTaken ? { ...user, ownNamespace: false } : user,
          (created) =>
            announce({ user: created, after: { hasPassword: user.password !== undefined } }),
        )
      }),
    deleteUser: (by, id) =>
      recorder.change({ by, act: 'user.delete', asked: { id } }, async (announce) => {
        await directory.deleteUser(tenantOf(by), id, ({ user, grants, tokens }) => {
          const keys = accessKeys.list(null).filter((key) => key.user === id)
          return announce({ user, before: { user, grants, tokens, accessKeys: keys } })
        })
        await accessKeys.removeAllOf(id)
        await savedSearches.passOn(by)
      }),
    changePassword: (by, id, password) => {
      const isOwn = by.principal?.userId === id
      const act = isOwn ? 'user.change-password' : 'user.reset-password'
      return recorder.change({ by, act, asked: { id } }, (announce) =>
        directory.changePassword(tenantOf(by), { id, password }, (user) =>
          announce({ user, after: { password: 'changed', sessions: 'ended' } }),
        ),
      )
    },
    createGrant: (by, grant) =>
      recorder.change({ by, act: 'grant.create', asked: { ...grant } }, (announce) =>
        directory.createGrant(tenantOf(by), grant, announced('grant', 'after', announce)),
      ),
    deleteGrant: (by, id) =>
      recorder.change({ by, act: 'grant.delete', asked: { id } }, (announce) =>
        directory.deleteGrant(tenantOf(by), id, announced('grant', 'before', announce)),
      ),
    createToken: (by, token) =>
      recorder.change({ by, act: 'token.create', asked: { ...token } }, (announce) =>
        directory.createToken(tenantOf(by), token, announced('token', 'after', announce)),
      ),
    revokeToken: (by, id) =>
      recorder.change({ by, act: 'token.revoke', asked: { id } }, (announce) =>
        directory.revokeToken(tenantOf(by), id, announced('token', 'before', announce)),
      ),
    createAccessKey: (by, user) =>
      recorder.change({ by, act: 'access-key.create', asked: { user } }, (announce) =>
        accessKeys.create(tenantOf(by), user, announced('accessKey', 'after', announce)),
      ),
    deleteAccessKey: (by, accessKey) =>
      recorder.change({ by, act: 'access-key.delete', asked: { accessKey } }, (announce) =>
        accessKeys.remove(tenantOf(by), accessKey, announced('accessKey', 'before', announce)),
      ),
    denied: (by, act) => recorder.refused({ by, act, asked: {} }, 'denied'),
  }
}

function tenantOf({ principal }: Administrator): string | null {
  return principal?.tenant ?? null
}

/** What belongs to a user, and is changed for it. */
interface Belongings {
  readonly grant: Grant
  readonly token: TokenInfo
  readonly accessKey: AccessKeyInfo
}

/** Makes announcements of what is there `before` a change or `after` it, with whose it is. */
function announcementsOf(directory: Pick<DirectoryKeeper, 'user'>) {
  return <Kind extends keyof Belongings>(
    kind: Kind,
    when: 'before' | 'after',
    announce: Announce<Changed>,
  ): Announce<Belongings[Kind]> =>
    (one) =>
      announce({ user: directory.user(null, one.user), [kind]: one, [when]: one })
}

/** A change that is asked for. */
interface Wish {
  readonly by: Administrator
  readonly act: AccessAct
  /** What it was asked of; it holds no secret, or `notDoneEvent` leaves it out. */
  readonly asked: object
}

/** Records changes before they are made, and what does not become of the others. */
class Recorder {
  readonly #options: AdministrationOptions
  readonly #refusals = new AttemptLimit(REFUSALS)

  constructor(options: AdministrationOptions) {
    this.#options = options
  }

  async change<Result>(
    wish: Wish,
    make: (announce: Announce<Changed>) => Promise<Result>,
  ): Promise<Result> {
    const { record, defaultTenant } = this.#options
    const { by, act } = wish
    let isRecorded = false
    try {
      return await make(async (changed) => {
        await record(changeEvent({ by, act, defaultTenant }, changed))
        isRecorded = true
      })
    } catch (error) {
      // What could not be kept after it was announced must not be shown as done.
      if (isRecorded) await this.refused(wish, 'failure', error).catch(() => undefined)
      else await this.#refusedBy(wish, error)
      throw error
    }
  }

  /** A wish that does not come true; further ones in a row are left to the uses of tokens. */
  async refused(wish: Wish, outcome: 'failure' | 'denied', error?: unknown): Promise<void> {
    const { clock, record, defaultTenant } = this.#options
    const { by, act, asked } = wish
    const key = by.principal?.userId ?? ''
    const nowMs = Math.floor(clock() / 1000)
    if (this.#refusals.waitMs(key, nowMs) > 0) return
    this.#refusals.count(key, nowMs)
    await record(notDoneEvent({ by, act, defaultTenant }, { asked, outcome, error }))
  }

  /** When the ledger itself refuses there is nowhere to record it. */
  async #refusedBy(wish: Wish, error: unknown): Promise<void> {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500
    if (status >= 400 && status < 429) await this.refused(wish, 'failure', error)
  }
}

/**
 * Whether the namespace of a new user's name is an organization's, a deleted user's, or one that
 * others have rights on: then the user needs a grant to see it.
 */
async function isNamespaceOfOthers(
  { name, kind, tenant: stated }: NewUser,
  callerTenant: string | null,
  { directory, events, defaultTenant }: AdministrationOptions,
): Promise<boolean> {
  if (kind === 'organization' || stated === null) return false
  requireUserName('/name', name)
  const tenant = stated ?? callerTenant ?? defaultTenant
  if (directory.grants(tenant).some(({ namespace }) => namespace === name)) return true
  const filter: EventFilter = {
    tenants: [tenant],
    conditions: [{ field: 'namespace', in: [name] }, OF_OTHERS],
  }
  return (await events.page({ filter, order: 'newest', limit: 1 })).events.length > 0
}

/** What happens to organizations alone, and what a user of the name left who is no more. */
const OF_OTHERS: Condition = {
  anyOf: [
    [{ field: 'category', in: ['organization', 'team'] }],
    [
      { field: 'action', in: ['auth.login', 'user.delete'] },
      { field: 'sourceKind', in: [OWN_SOURCE_KIND] },
    ],
  ],
}
