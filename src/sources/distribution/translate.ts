import { isIP } from 'node:net'
import type { Actor, Client, JsonObject, JsonValue, Target } from '../../core/event.ts'
import { USER_AGENT_LENGTH_MAX } from '../../core/limits.ts'
import type { NewEvent } from '../../core/new-event.ts'
import { parseTimestamp } from '../../core/timestamp.ts'
import { isJsonObject } from './envelope.ts'

/** The namespace of `app`, a repository without one: what Docker and Quay call it. */
const LIBRARY_NAMESPACE = 'library'

/**
 * Largest JSON text of one member of `details`, in bytes of UTF-8. A manifest may have thousands of
 * layers; three members of this size still leave an event below `EVENT_BYTES_MAX`.
 */
const DETAIL_BYTES_MAX = 12 * 1024

const BLOB_MEDIA_TYPE = 'application/octet-stream'

/** Hexadecimal digits of a digest in a message: as many as the engines print. */
const DIGEST_DIGITS_SHOWN = 12

/** What one item of a notification is: an event, or why it cannot be read. */
export type Item =
  | { readonly subject: Subject; readonly event: NewEvent }
  | { readonly unreadable: string }

/** What an item is about. */
type Subject = 'image' | 'tag' | 'blob' | 'repository'

/** The registry's verbs, and how a message tells them. */
const VERBS = new Map([
  ['push', 'pushed'],
  ['pull', 'pulled'],
  ['mount', 'mounted'],
  ['delete', 'deleted'],
])

/**
 * Reads one item of a registry notification. The registry notifies of what succeeded only: a
 * refused request makes no item.
 */
export function translateItem(item: JsonValue): Item {
  if (!isJsonObject(item)) return { unreadable: 'an event is not an object' }
  const eventId = text(item['id'])
  if (eventId === undefined) return { unreadable: 'an event has no `id`' }
  const time = text(item['timestamp'])
  if (time === undefined || parseTimestamp(time) === undefined) {
    return { unreadable: 'an event has no RFC 3339 `timestamp`' }
  }
  const verb = text(item['action'])
  if (verb === undefined || !VERBS.has(verb)) {
    return { unreadable: 'the `action` of an event is not push, pull, mount or delete' }
  }
  const stated = object(item['target'])
  const repository = text(stated['repository'])
  if (repository === undefined) return { unreadable: 'an event has no `target.repository`' }

  const subject = subjectOf(stated, verb)
  const actor = actorOf(object(item['actor']))
  const request = object(item['request'])
  const event: NewEvent = {
    time,
    source: { eventId },
    action: `${subject}.${verb}`,
    nativeAction: verb,
    category: subject === 'repository' ? 'repository' : 'image',
    outcome: 'success',
    actor,
    target: targetOf(stated, subject, repository),
    client: clientOf(request),
    message: messageOf({ verb, actor, stated, repository }),
    details: detailsOf(item, stated, request),
  }
  return { subject, event }
}

/**
 * Tells images from their layers and configurations by the route that `url` names; without one, by
 * the registry calling every blob `application/octet-stream`. What is neither counts as an image,
 * since blob events may be left out. A deletion carries neither, and nothing else tells a
 * manifest's digest from a layer's: it counts as the image's, which people do delete.
 */
function subjectOf(target: JsonObject, verb: string): Subject {
  const isDeletion = verb === 'delete'
  if (text(target['tag']) !== undefined) return isDeletion ? 'tag' : 'image'
  if (isDeletion && text(target['digest']) === undefined) return 'repository'
  const isBlobRoute = /\/blobs\/[^/]+$/.test(text(target['url']) ?? '')
  return isBlobRoute || target['mediaType'] === BLOB_MEDIA_TYPE ? 'blob' : 'image'
}

/** A `+` marks Quay's robots (`organisation+robot`), `robot$` Harbor's. */
function actorOf(stated: JsonObject): Partial<Actor> | null {
  const name = text(stated['name'])
  if (name === undefined) return null
  return { name, kind: name.includes('+') || name.startsWith('robot$') ? 'robot' : 'user' }
}

function targetOf(stated: JsonObject, type: Subject, repository: string): Target {
  const slash = repository.indexOf('/')
  const tag = text(stated['tag'])
  const digest = text(stated['digest'])
  return {
    type,
    namespace: slash === -1 ? LIBRARY_NAMESPACE : repository.slice(0, slash),
    repository: repository.slice(slash + 1),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  }
}

function clientOf(request: JsonObject): Client {
  const ip = ipOf(request['addr'])
  const userAgent = text(request['useragent'])?.slice(0, USER_AGENT_LENGTH_MAX)
  return { ...(ip !== undefined && { ip }), ...(userAgent !== undefined && { userAgent }) }
}

/** The address of `192.0.2.1:46490`, `[2001:db8::1]:46490`, or of either without a port. */
function ipOf(address: JsonValue | undefined): string | undefined {
  const stated = text(address) ?? ''
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(stated)?.[1]
  const ip = bracketed ?? (isIP(stated) === 0 ? stated.replace(/:\d+$/, '') : stated)
  return isIP(ip) === 0 ? undefined : ip
}

function messageOf(told: {
  readonly verb: string
  readonly actor: Partial<Actor> | null
  readonly stated: JsonObject
  readonly repository: string
}): string {
  const { verb, actor, stated, repository } = told
  const from = text(stated['fromRepository'])
  return [
    actor?.name ?? 'An unnamed client',
    VERBS.get(verb),
    repository + referenceOf(stated),
    ...(from === undefined ? [] : ['from', from]),
  ].join(' ')
}

/** `:1.0`, or `@sha256:9f86d081884c` with the digest cut short; empty for a whole repository. */
function referenceOf(stated: JsonObject): string {
  const tag = text(stated['tag'])
  if (tag !== undefined) return `:${tag}`
  const digest = text(stated['digest'])
  if (digest === undefined) return ''
  return `@${digest.slice(0, digest.indexOf(':') + 1 + DIGEST_DIGITS_SHOWN)}`
}

/**
 * What the registry said beyond the fields of an event, under its own names. `length` is left out
 * where it repeats `size`, and `request.addr` where the client's address could be read from it.
 */
function detailsOf(item: JsonObject, stated: JsonObject, request: JsonObject): JsonObject {
  const { tag, digest, repository, length, ...target } = stated
  const { addr, useragent, ...requestRest } = request
  const isBareName = !String(repository).includes('/')
  return compact({
    ...target,
    ...(length !== stated['size'] && { length }),
    ...(isBareName && { repository }),
    request: compact({ ...requestRest, ...(ipOf(addr) === undefined && { addr }) }),
    source: item['source'],
  })
}

/** Leaves out what is empty, and states the size of what is too long to keep. */
function compact(members: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  const kept: [string, JsonValue][] = []
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined || value === null || value === '') continue
    if (isJsonObject(value) && Object.keys(value).length === 0) continue
    const bytes = Buffer.byteLength(JSON.stringify(value))
    const items = Array.isArray(value) ? { items: value.length } : {}
    kept.push([key, bytes <= DETAIL_BYTES_MAX ? value : { omittedBytes: bytes, ...items }])
  }
  return Object.fromEntries(kept)
}

/** The members of a value; none when it is not an object. */
function object(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

/** A text that says something; undefined for anything else. */
function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
