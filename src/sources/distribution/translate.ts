import { createHash } from 'node:crypto'
import { cutText } from '../../core/cut-text.ts'
import type { Actor, Client, JsonObject, JsonValue, Target } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { deepJsonText } from '../../core/json/json-excerpt.ts'
import { MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import { recordableText } from '../../core/values/recordable-text.ts'
import { statedText } from '../bodies/json-body.ts'
import { actorKind } from './actor-kind.ts'
import { addressIn } from './client-address.ts'
import { detailsOf } from './details.ts'
import { PING } from './envelope.ts'
import type { NamePrefixes } from './settings.ts'
import { type Operation, operationOf, type Subject } from './verbs.ts'

/** The namespace of a repository without one, such as `app`; Docker's convention. */
const LIBRARY_NAMESPACE = 'library'

/** Hexadecimal digits of a digest in a message, as many as the engines print. */
const DIGEST_DIGITS_SHOWN = 12

/** What an item of a notification becomes: an event, a skip, or a dead letter with its reason. */
export type Item =
  | { readonly event: NewEvent; readonly isBlob: boolean }
  | { readonly skipped: string }
  | { readonly unreadable: string }

/** The context in which an item is read. */
export interface Surroundings {
  readonly prefixes: NamePrefixes
  /** Members of the envelope besides its events. */
  readonly others: JsonObject
}

/**
 * Translates one item of a registry notification. A registry reports only successful requests.
 *
 * Texts are passed to their fields unchanged, and `details` holds what fits no field. Every item
 * with an action or a repository is an event.
 */
export function translateItem(item: JsonValue, { prefixes, others }: Surroundings): Item {
  if (!isJsonObject(item)) return { unreadable: 'an event is not an object' }
  const native = statedText(item['action'])
  const target = membersOf(item['target'])
  const repository = repositoryOf(target)
  if (native === PING && repository === undefined) return { skipped: PING }
  if (native === undefined && repository === undefined) {
    return { unreadable: 'an event has neither an `action` nor a `target.repository`' }
  }
  const request = membersOf(item['request'])
  const operation = operationOf(native, target, request['method'])
  const actor = actorOf(membersOf(item['actor']), prefixes)
  const time = statedText(item['timestamp'])
  const event: NewEvent = {
    ...(time !== undefined && { time }),
    source: { eventId: statedText(item['id']) ?? sha256Of(item) },
    action: operation.action,
    ...(native !== undefined && { nativeAction: native }),
    outcome: operation.past === undefined ? 'unknown' : 'success',
    actor,
    target: targetOf(target, operation.subject, repository),
    client: clientOf(request),
    message: messageOf({ operation, native, actor, target, repository }),
    details: detailsOf(item, others),
  }
  return { event, isBlob: operation.past !== undefined && operation.subject === 'blob' }
}

/** Names an item without an id, so that its retry is recognized. */
function sha256Of(item: JsonObject): string {
  return createHash('sha256').update(deepJsonText(item)).digest('hex')
}

/** GitLab's `rename` has both paths of a repository; the event is about the old path. */
function repositoryOf(target: JsonObject): string | undefined {
  return statedText(target['repository']) ?? statedText(membersOf(target['rename'])['from'])
}

function actorOf(stated: JsonObject, prefixes: NamePrefixes): Partial<Actor> | null {
  const name = statedText(stated['name'])
  return name === undefined ? null : { name, kind: actorKind(name, prefixes) }
}

function targetOf(stated: JsonObject, type: Subject, repository: string | undefined): Target {
  const tag = statedText(stated['tag'])
  const digest = statedText(stated['digest'])
  return {
    type,
    ...(repository !== undefined && pathOf(repository)),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
}

function pathOf(repository: string): Target {
  const slash = repository.indexOf('/')
  return {
    namespace: slash === -1 ? LIBRARY_NAMESPACE : repository.slice(0, slash),
    repository: repository.slice(slash + 1),
  }
}

function clientOf(request: JsonObject): Client {
  const ip = addressIn(request['addr'])
  const userAgent = statedText(request['useragent'])
  return { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
}

interface MessageParts {
  readonly operation: Operation
  readonly native: string | undefined
  readonly actor: Partial<Actor> | null
  readonly target: JsonObject
  readonly repository: string | undefined
}

function messageOf({ operation, native, actor, target, repository }: MessageParts): string {
  const who = actor?.name ?? 'An unnamed client'
  const what = (repository ?? '') + referenceOf(target)
  const words =
    operation.past === undefined
      ? ['The registry reported', native ?? 'an event', 'by', actor?.name ?? 'an unnamed client']
      : [who, operation.past]
  const from = statedText(target['fromRepository'])
  const to = statedText(membersOf(target['rename'])['to'])
  if (what !== '') words.push(...(operation.past === undefined ? ['on', what] : [what]))
  if (from !== undefined) words.push('from', from)
  if (to !== undefined) words.push('to', to)
  return recordableText(words.join(' '), MESSAGE_LENGTH_MAX)
}

/** `:1.0`, or `@sha256:9f86d081884c` with a shortened digest; empty for a whole repository. */
function referenceOf(target: JsonObject): string {
  const tag = statedText(target['tag'])
  if (tag !== undefined) return `:${tag}`
  const digest = statedText(target['digest'])
  if (digest === undefined) return ''
  return `@${cutText(digest, digest.indexOf(':') + 1 + DIGEST_DIGITS_SHOWN)}`
}

/** The members of a value; none when it is not an object. */
function membersOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
