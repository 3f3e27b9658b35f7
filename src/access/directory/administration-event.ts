import {
  type Client,
  type JsonObject,
  type JsonValue,
  OWN_ACTOR,
  type Target,
} from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { NAME_LENGTH_MAX } from '../../core/limits.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import type { AccessKeyInfo } from '../tokens/access-keys.ts'
import type { TokenInfo, User } from './directory.ts'
import { actorOf, type Grant, type Principal } from './principal.ts'

/** Entries of a list that an event repeats; the number of all is told as well. */
const LISTED_MAX = 50

/** Who changes something; `principal` is undefined for Waybill itself. */
export interface Administrator {
  readonly principal: Principal | undefined
  readonly client?: Client
}

/** What can be done to rights; the actions of their events. */
export type AccessAct =
  | 'user.create'
  | 'user.delete'
  | 'user.change-password'
  | 'user.reset-password'
  | 'grant.create'
  | 'grant.delete'
  | 'token.create'
  | 'token.revoke'
  | 'access-key.create'
  | 'access-key.delete'

/** An event of a change of rights, in the tenant of the user that it concerns. */
export type AccessEvent = Omit<NewEvent, 'source' | 'tenant'> & { readonly tenant: string }

/** What changes, for whom; `before` and `after` hold no secret. */
export interface Changed {
  readonly user: User | undefined
  readonly grant?: Grant
  readonly token?: TokenInfo
  readonly accessKey?: AccessKeyInfo
  readonly before?: object
  readonly after?: object
}

interface Deed {
  readonly by: Administrator
  readonly act: AccessAct
  readonly defaultTenant: string
}

/** The event of a change that is about to be made. */
export function changeEvent({ by, act, defaultTenant }: Deed, changed: Changed): AccessEvent {
  const { user, before, after } = changed
  const shownAfter = act === 'user.create' ? { ...user, ...after } : after
  return {
    tenant: user?.tenant ?? by.principal?.tenant ?? defaultTenant,
    action: act,
    outcome: 'success',
    ...byWhom(by),
    target: targetOf(changed, act),
    details: {
      ...(user !== undefined && act !== 'user.create' && { user: user.name, userId: user.id }),
      ...(before !== undefined && { before: recordable(before) }),
      ...(shownAfter !== undefined && { after: recordable(shownAfter) }),
    },
  }
}

/** The event of a change that was refused, or could not be kept. */
export function notDoneEvent(
  { by, act, defaultTenant }: Deed,
  why: {
    readonly asked: object
    readonly outcome: 'failure' | 'denied'
    readonly error: unknown
  },
): AccessEvent {
  const { asked, outcome, error } = why
  const reason = error instanceof Error ? error.message : undefined
  return {
    tenant: by.principal?.tenant ?? defaultTenant,
    action: act,
    outcome,
    level: 'warn',
    ...byWhom(by),
    target: { type: act.slice(0, act.indexOf('.')) },
    ...(reason !== undefined && { message: recordableText(reason, NAME_LENGTH_MAX) }),
    ...(Object.keys(asked).length > 0 && { details: { asked: recordable(asked) } }),
  }
}

function byWhom({ principal, client }: Administrator): Pick<NewEvent, 'actor' | 'client'> {
  return {
    actor: principal === undefined ? OWN_ACTOR : actorOf(principal),
    ...(client !== undefined && { client }),
  }
}

function targetOf({ user, grant, token, accessKey }: Changed, act: AccessAct): Target {
  if (grant !== undefined) {
    const { id, namespace, repository } = grant
    return { type: 'grant', id, namespace, ...(repository !== undefined && { repository }) }
  }
  if (token !== undefined) {
    return { type: 'token', id: token.id, ...(token.name !== undefined && { name: token.name }) }
  }
  if (accessKey !== undefined) return { type: 'access-key', id: accessKey.accessKey }
  if (user === undefined) return { type: 'user' }
  // By its namespace a later user of the name is told from this one.
  const place = act === 'user.delete' && { namespace: user.name }
  return { type: 'user', id: user.id, name: user.name, ...place }
}

/** A value as details can hold it: a password never, of long lists and texts the beginning. */
function recordable(value: object): JsonObject {
  const members = Object.entries(value).flatMap(([key, member]): [string, JsonValue][] => {
    if (key === 'password' || member === undefined) return []
    if (!Array.isArray(member)) return [[key, recordableValue(member)]]
    const listed = member.slice(0, LISTED_MAX).map(recordableValue)
    const isCut = member.length > LISTED_MAX
    return [[key, listed], ...(isCut ? [[`${key}Count`, member.length] as [string, number]] : [])]
  })
  return Object.fromEntries(members)
}

function recordableValue(value: unknown): JsonValue {
  if (typeof value === 'string') return recordableText(value, NAME_LENGTH_MAX)
  if (typeof value === 'object' && value !== null) return recordable(value)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}
