import type { JsonObject, JsonValue } from '../../core/event/event.ts'
import { statedText } from '../bodies/json-body.ts'

/** What an item is about. */
export type Subject = 'image' | 'tag' | 'blob' | 'chart' | 'repository'

/** What a registry's verb is in an event. */
interface Verb {
  /** The second part of the action. */
  readonly verb: string
  /** As a message says it. */
  readonly past: string
  /** What the verb is always about; absent: the target says. */
  readonly subject?: Subject
}

/** The verbs of Distribution, then one of GitLab's registry, then those of Azure's. */
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

/** A registry notifies of a HEAD as of a pull, though nothing was sent but headers. */
const INSPECT: Verb = { verb: 'inspect', past: 'asked for' }

/** What an item says happened. */
export interface Operation {
  readonly action: string
  readonly subject: Subject
  /** As a message says it; undefined for a verb that has no action of its own. */
  readonly past: string | undefined
}

const BLOB_MEDIA_TYPE = 'application/octet-stream'

/** The action of an item whose verb, or whose target, has none of its own. */
const OTHER_ACTION = 'registry.notify'

/**
 * Reads what happened from the verb and the target of an item.
 *
 * @param method of the request to the registry, as the item has it.
 */
export function operationOf(
  native: string | undefined,
  target: JsonObject,
  method: JsonValue | undefined,
): Operation {
  const known = verbOf(native, method)
  const isDeletion = known?.verb === 'delete'
  const subject = known?.subject ?? subjectOf(target, known?.verb)
  // A deletion of nothing that can be read must not pass for that of a repository.
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
 * Tells images from their layers and configurations by the route that `url` names; without one, by
 * the registry calling every blob `application/octet-stream`. What is neither counts as an image,
 * since blob events may be left out. A deletion carries neither, and nothing else tells a
 * manifest's digest from a layer's: it counts as the image's, which people do delete.
 */
function subjectOf(target: JsonObject, verb: string | undefined): Subject {
  if (isStated(target['tag'])) return verb === 'delete' ? 'tag' : 'image'
  const needsDigest = verb === 'delete' || verb === undefined
  if (needsDigest && !isStated(target['digest'])) return 'repository'
  const { url } = target
  const isBlobRoute = typeof url === 'string' && /\/blobs\/[^/]+$/.test(url)
  return isBlobRoute || target['mediaType'] === BLOB_MEDIA_TYPE ? 'blob' : 'image'
}

/** A tag or a digest of a wrong type is one all the same: the whole repository is not meant. */
function isStated(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
