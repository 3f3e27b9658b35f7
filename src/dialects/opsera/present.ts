import type { Event, JsonObject, JsonValue, StoredEvent, Target } from '../../core/event/event.ts'
import { endedWordOf, typeOf, wordOf } from './log/action-types.ts'
import { digestId, eventObjectId, isObjectId } from './log/object-id.ts'
import type { LogName } from './selection.ts'
import { OPSERA_SOURCE_KIND } from './source.ts'

/** Members of a row that the version 1 log does not have. */
const VERSION_TWO_MEMBERS: readonly string[] = [
  'target_name',
  'attributes',
  'attributes2',
  'originalData',
  'newData',
  'changeLog',
]

const USER_ACTION_MEMBERS: readonly string[] = [
  ...['_id', 'user_id', 'user_email', 'type', 'action', 'target_id', 'account'],
  ...['createdAt', 'updatedAt', '__v'],
]

/** The order in which Opsera writes the members of a row. Others follow. */
const MEMBER_ORDER: Readonly<Record<LogName, readonly string[]>> = {
  actions: USER_ACTION_MEMBERS,
  audit: [...USER_ACTION_MEMBERS, ...VERSION_TWO_MEMBERS],
  tokens: [
    ...['_id', 'token_id', 'scope', 'target', 'user_id', 'account'],
    ...['createdAt', 'updatedAt', '__v'],
  ],
  pipelines: [
    ...['_id', 'user_id', 'pipeline_id', 'tool_identifier', 'step_id', 'step_index', 'step_name'],
    ...['step_configuration', 'action', 'api_response', 'message', 'status', 'run_count'],
    ...['createdAt', 'updatedAt', '__v'],
  ],
}

/** Members that a pipeline event may pass to its row. */
const STEP_MEMBERS = [
  'pipeline_id',
  'tool_identifier',
  'step_id',
  'step_index',
  'step_name',
  'step_configuration',
  'type',
  'action',
  'api_response',
  'message',
  'status',
  'run_count',
] as const

/** Makes the rows of a log. */
export type Presenter = (stored: StoredEvent) => JsonObject

/**
 * The presenter of a log. A row that was collected from an Opsera is returned unchanged.
 *
 * @param account the clients' name for the tenant of the events.
 */
export function presenterOf(log: LogName, account: (tenant: string) => string): Presenter {
  const present = PRESENTERS[log]
  const presentCollected = COLLECTED[log]
  const order = MEMBER_ORDER[log]
  return (stored) =>
    inOrder(
      order,
      stored.event.source.kind === OPSERA_SOURCE_KIND
        ? presentCollected(stored)
        : present(stored, account(stored.event.tenant)),
    )
}

/** A row with its members in the given order first. */
function inOrder(order: readonly string[], row: JsonObject): JsonObject {
  const first = order.flatMap((name): [string, JsonValue][] => {
    const value = row[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(first), ...row }
}

type PresentOwn = (stored: StoredEvent, account: string) => JsonObject

const PRESENTERS: Readonly<Record<LogName, PresentOwn>> = {
  actions: userAction,
  audit(stored, account) {
    const name = spokenTarget(stored.event.target)
    const attributes = attributesOf(stored.event)
    return {
      ...userAction(stored, account),
      ...(name !== '' && { target_name: name }),
      ...(attributes !== undefined && { attributes }),
    }
  },
  tokens(stored, account) {
    const { target, details } = stored.event
    return {
      _id: eventObjectId(stored, 0),
      ...(target?.id !== undefined && { token_id: idOf(target.id) }),
      scope: details?.['scope'] ?? '',
      target: target?.name ?? '',
      ...userId(stored.event),
      account,
      ...times(stored.event),
    }
  },
  pipelines: pipelineStep,
}

const COLLECTED: Readonly<Record<LogName, Presenter>> = {
  actions: (stored) =>
    Object.fromEntries(
      Object.entries(collectedAction(stored)).filter(([key]) => !VERSION_TWO_MEMBERS.includes(key)),
    ),
  audit: collectedAction,
  tokens: (stored) =>
    collectedRow(stored, ({ target }) => ({
      ...present('token_id', target?.id),
      ...present('target', target?.name),
    })),
  pipelines: (stored) =>
    collectedRow(stored, ({ target, nativeAction, message }) => ({
      ...present('step_id', target?.id),
      ...present('step_name', target?.name),
      ...present('action', nativeAction),
      ...present('message', message),
    })),
}

function collectedAction(stored: StoredEvent): JsonObject {
  return collectedRow(stored, ({ actor, target, nativeAction }) => ({
    ...present('user_email', actor?.email),
    ...present('type', target?.type),
    ...present('action', nativeAction),
    ...present('target_id', target?.id),
  }))
}

/** The members from the fields of the event, and those kept in its details. */
function collectedRow(stored: StoredEvent, members: (event: Event) => JsonObject): JsonObject {
  const { event } = stored
  return {
    _id: event.source.eventId ?? eventObjectId(stored, 0),
    ...present('user_id', event.actor?.id),
    ...members(event),
    createdAt: isoMillis(event.time),
    ...event.details,
  }
}

function userAction(stored: StoredEvent, account: string): JsonObject {
  const { event } = stored
  const { actor, target } = event
  return {
    _id: eventObjectId(stored, 0),
    ...userId(event),
    user_email: actor?.email ?? actor?.name ?? '',
    type: typeOf(event.category),
    action: endedWordOf(event.action, event.outcome),
    ...targetId(target),
    account,
    ...times(event),
  }
}

/** The details, with the outcome unless the act succeeded. */
function attributesOf({ details, outcome }: Event): JsonObject | undefined {
  return outcome === 'success' ? details : { ...details, outcome }
}

function pipelineStep(stored: StoredEvent): JsonObject {
  const { event } = stored
  const { target, message, outcome, details = {} } = event
  const stated = STEP_MEMBERS.flatMap((name): [string, JsonValue][] => {
    const value = details[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    _id: eventObjectId(stored, 1),
    ...userId(event),
    ...present('pipeline_id', targetId(target).target_id),
    tool_identifier: event.source.kind,
    // A pipeline is not a step of itself.
    ...present('step_name', target?.type === 'pipeline' ? undefined : target?.name),
    action: event.nativeAction ?? wordOf(event.action),
    message: message ?? '',
    status: outcome,
    ...Object.fromEntries(stated),
    ...times(event),
  }
}

/** The id of a text that names one thing: the text itself when it is an id. */
function idOf(text: string): string {
  return isObjectId(text) ? text : digestId([text])
}

/** From the user's id, else from the name, as `user_id` filters. */
function userId({ actor }: Event): { readonly user_id?: string } {
  if (actor?.id !== undefined) return { user_id: idOf(actor.id) }
  return actor?.name === undefined ? {} : { user_id: digestId([actor.name]) }
}

/** From the names of the target, as `target_id` filters. */
function targetId(target: Target | undefined): { readonly target_id?: string } {
  const { id = '', name = '', namespace = '', repository = '' } = target ?? {}
  if (isObjectId(id)) return { target_id: id }
  const names = [id, name, namespace, repository]
  return names.every((text) => text === '') ? {} : { target_id: digestId(names) }
}

/** `acme/app:v1`, or the name of the target. */
function spokenTarget(target: Target | undefined): string {
  const { name, namespace, repository, tag } = target ?? {}
  const path = [namespace, repository].filter((part) => part !== undefined).join('/')
  return name ?? (tag === undefined || path === '' ? path : `${path}:${tag}`)
}

function times({ time }: Event): JsonObject {
  const text = isoMillis(time)
  return { createdAt: text, updatedAt: text, __v: 0 }
}

/** `2021-07-30T16:13:52.109Z`, truncated from six decimals. */
function isoMillis(time: string): string {
  return `${time.slice(0, -4)}Z`
}

function present(key: string, value: string | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value }
}
