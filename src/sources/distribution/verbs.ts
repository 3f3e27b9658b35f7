import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { statedText } from '../bodies/json-body.ts'

/** The type of thing that an item is about. */
export type Subject = 'image' | 'tag' | 'blob' | 'chart' | 'repository'

/** What a registry's action means in an event. */
interface Verb {
  /** The second part of the action. */
  readonly verb: string
  /** The verb in a message. */
  readonly past: string
  /** The subject of the verb, if it has only one; otherwise the target decides. */
  readonly subject?: Subject
}

/** The actions of Distribution, then GitLab's, then Azure's. */
const VERBS: ReadonlyMap<string, Verb> = new Map([
  ['push', { verb: 'push', past: 'pushed' }],
  ['pull', { verb: 'pull', past: 'pulled' }],
  ['mount', { verb: 'mount', past: 'mounted' }],
  ['delete', { verb: 'delete', past: 'deleted' }],
  ['rename', { verb: 'rename', past: 'renamed', subject: 'repository' }],
  ['quarantine', { verb: 'quarantine', past: 'quarantined', subject: 'image' }],
  ['chart_push', { verb: 'push', past: 'pushed chart', subject: 'chart' }],
  ['chart_delete', { verb: 'delete', past: 'deleted chart', subject: 'chart' }],
])

/** A registry reports a HEAD request as a pull, although it sent only headers. */
const INSPECT: Verb = { verb: 'inspect', past: 'inspected' }

/** What happened, according to an item. */
export interface Operation {
  readonly action: string
  readonly subject: Subject
  /** The verb in a message; undefined for an item without an action of its own. */
  readonly past: string | undefined
}

const BLOB_MEDIA_TYPE = 'application/octet-stream'

/** The action of an item whose action or target Waybill does not know. */
const OTHER_ACTION = 'registry.notify'

/**
 * Reads what happened from the action and the target of an item.
 *
 * @param method HTTP method of the request to the registry, as the item states it.
 */
export function operationOf(
  native: string | undefined,
  target: JsonObject,
  method: JsonValue | undefined,
): Operation {
  const known = verbOf(native, method)
  const isDeletion = known?.verb === 'delete'
  const subject = known?.subject ?? subjectOf(target, known?.verb)
  // A deletion without a readable target must not count as the deletion of a repository.
  const isVague =
    isDeletion && subject === 'repository' && statedText(target['repository']) === undefined
  return known === undefined || isVague
    ? { action: OTHER_ACTION, subject, past: undefined }
    : { action: `${subject}.${known.verb}`, subject, past: known.past }
}

function verbOf(native: string | undefined, method: JsonValue | undefined): Verb | undefined {
  if (native === 'pull' && method === 'HEAD') return INSPECT
  return native === undefined ? undefined : VERBS.get(native)
}

/**
 * Distinguishes images from layers and configurations by the route in `url`, or without one by
 * `application/octet-stream`, the media type that the registry gives every blob. Everything else
 * counts as an image, since blob events may be left out. A deletion has neither, so its digest
 * counts as an image's, which is what people delete.
 */
function subjectOf(target: JsonObject, verb: string | undefined): Subject {
  if (isStated(target['tag'])) return verb === 'delete' ? 'tag' : 'image'
  const needsDigest = verb === 'delete' || verb === undefined
  if (needsDigest && !isStated(target['digest'])) return 'repository'
  const { url } = target
  const isBlobRoute = typeof url === 'string' && /\/blobs\/[^/]+$/.test(url)
  return isBlobRoute || target['mediaType'] === BLOB_MEDIA_TYPE ? 'blob' : 'image'
}

/** A tag or digest of a wrong type still shows that the whole repository is not meant. */
function isStated(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
