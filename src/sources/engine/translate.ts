import { createHash } from 'node:crypto'
import { cutText } from '../../core/cut-text.ts'
import type { JsonObject, JsonValue, Level, Outcome, Target } from '../../core/event/event.ts'
import type { NewEvent } from '../../core/event/new-event.ts'
import { isJsonObject } from '../../core/json/json.ts'
import { MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import { redactNamed, redactText } from '../../core/redaction/redact.ts'
import { formatTimestamp } from '../../core/time/timestamp.ts'
import { foldKey } from '../bodies/go-json.ts'
import { type ImageReference, isImageId, parseImageReference } from '../image-reference.ts'
import type { EngineProduct } from './client/engine-greeting.ts'
import type { NativeEvent } from './envelope.ts'
import { categoryOf, isKnownWord, type Meaning, meaningOf } from './native-words.ts'

/** Longest command line that is kept, in UTF-16 units; redaction comes before the cut. */
const COMMAND_LENGTH_MAX = 4096
/** Longest value of a label that is kept, in UTF-16 units. */
const LABEL_LENGTH_MAX = 4096
/** Largest JSON text of all labels, in bytes; it leaves room for the rest of an event. */
const LABELS_BYTES_MAX = 24 * 1024
/** Hexadecimal digits of an id in a message, as many as the engines print. */
const ID_DIGITS_SHOWN = 12

/** Attributes of the engine itself, which share a map with the labels of the container or image. */
const ENGINE_ATTRIBUTES = new Set([
  ...['name', 'image', 'exitCode', 'execDuration', 'signal', 'execID', 'execType', 'oldName'],
  ...['container', 'type', 'driver', 'comment', 'imageID', 'imageRef', 'reclaimed', 'destination'],
  ...['read/write', 'propagation', 'containerExitCode', 'podId', 'error', 'network'],
  ...['health_status', 'health_log', 'health_failing_streak', 'containerHealthStatus'],
])

/** Types whose attributes hold labels; attributes of other types are the engine's own. */
const LABELLED_TYPES = ['container', 'image']

/**
 * Translates an engine's event. Engines do not name the user, so `actor` is null.
 *
 * @param product which engine it is; undefined when unknown.
 */
export function translateEvent(native: NativeEvent, product: EngineProduct | undefined): NewEvent {
  const meaning = meaningOf(native.type, native.word)
  const image = imageOf(native)
  const { outcome, level } = endingOf(native, meaning, product)
  const { phrase, unsurePhrase = phrase } = meaning
  const said = outcome === 'unknown' ? { ...meaning, phrase: unsurePhrase } : meaning
  return {
    time: timeOf(native.timeNano),
    source: { eventId: eventIdOf(native) },
    action: meaning.action,
    nativeAction: native.word,
    category: categoryOf(native.type),
    level,
    outcome,
    actor: null,
    target: targetOf(native, image),
    message: cutText(messageOf(native, said, image), MESSAGE_LENGTH_MAX),
    details: detailsOf(native, image),
  }
}

/**
 * An id for an event: its nanosecond, and a digest of what distinguishes it within that nanosecond.
 * Labels are left out, since a later version of an engine may send more of them; so are command
 * lines, since a password could be guessed from the digest.
 */
export function eventIdOf(native: NativeEvent): string {
  const { type, word, actorId, attributes, timeNano } = native
  const { name = '', container = '', execID = '', signal = '' } = attributes
  const identity = JSON.stringify([type, word, actorId, name, container, execID, signal])
  return `${timeNano}-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`
}

/** RFC 3339 in UTC, to the microsecond; `details.timeNano` has the rest. */
export function timeOf(timeNano: string): string {
  return formatTimestamp(Number(timeNano.slice(0, -3)))
}

interface StatedImage {
  /** As the engine wrote it. */
  readonly text: string
  readonly reference: ImageReference | undefined
}

/** The image's name. Docker has the full name of a pulled image in the id, else in `name`. */
function imageOf({ type, actorId, attributes }: NativeEvent): StatedImage | undefined {
  const stated =
    type === 'image' ? [actorId, attributes['name'] ?? ''] : [attributes['image'] ?? '']
  const text = stated.find((one) => one !== '' && !isImageId(one))
  return text === undefined ? undefined : { text, reference: parseImageReference(text) }
}

function targetOf(native: NativeEvent, image: StatedImage | undefined): Target {
  const { registry, ...place } = image?.reference ?? {}
  return { type: native.type, id: idOf(native), name: nameOf(native, image), ...place }
}

/** Podman writes the id of an image that it built to `name`. */
function idOf({ type, actorId, attributes }: NativeEvent): string | undefined {
  if (type !== 'image') return actorId === '' ? undefined : actorId
  return [actorId, attributes['name'] ?? ''].find(isImageId)
}

function nameOf({ type, actorId, attributes }: NativeEvent, image: StatedImage | undefined) {
  if (type === 'image') return image?.text
  const name = attributes['name'] ?? ''
  // Docker identifies a volume only by its id.
  return name === '' && type === 'volume' ? actorId : name
}

interface Ending {
  readonly outcome: Outcome
  readonly level: Level
}

const SUCCESS: Ending = { outcome: 'success', level: 'info' }
const UNKNOWN: Ending = { outcome: 'unknown', level: 'info' }
const FAILURE: Ending = { outcome: 'failure', level: 'warn' }

/**
 * Actions that Docker reports when done and Podman when requested. In Podman, a pull, a removal or
 * any other of these has the same event whether it fails or succeeds.
 */
const UNPROVEN_ACTIONS = new Set([
  ...['image.pull', 'image.push', 'image.load', 'image.save', 'image.import'],
  ...['image.untag', 'image.delete'],
])

function endingOf(
  native: NativeEvent,
  { action }: Meaning,
  product: EngineProduct | undefined,
): Ending {
  if (native.word.endsWith('-error')) return { outcome: 'failure', level: 'error' }
  if (UNPROVEN_ACTIONS.has(action)) return product === 'docker' ? SUCCESS : UNKNOWN
  switch (action) {
    case 'container.exit':
    case 'container.exec.exit': {
      const code = exitCodeOf(native)
      if (!/^-?\d+$/.test(code)) return UNKNOWN
      return Number(code) === 0 ? SUCCESS : FAILURE
    }
    case 'container.health': {
      const health = healthOf(native)
      if (health === 'healthy') return SUCCESS
      return health === 'unhealthy' ? FAILURE : UNKNOWN
    }
    case 'container.oom':
      return { outcome: 'failure', level: 'error' }
    case 'image.build':
      // Podman reports a failed build without an image id.
      return idOf(native) === undefined && product !== 'docker' ? UNKNOWN : SUCCESS
    default:
      return isKnownWord(native.type, native.word) || product === 'docker' ? SUCCESS : UNKNOWN
  }
}

/** Podman has another name for it, and sends 0 in events that have no exit code. */
function exitCodeOf({ attributes }: NativeEvent): string {
  return attributes['exitCode'] ?? attributes['containerExitCode'] ?? ''
}

/** `health_status: healthy` in Docker; a member or an attribute in Podman, by version. */
function healthOf({ argument, attributes, more }: NativeEvent): string | undefined {
  const member = Object.entries(more).find(([key]) => foldKey(key) === 'healthstatus')?.[1]
  const stated = typeof member === 'string' ? member : undefined
  return argument ?? stated ?? attributes['health_status'] ?? attributes['containerHealthStatus']
}

function messageOf(
  native: NativeEvent,
  { action, phrase }: Meaning,
  image: StatedImage | undefined,
): string {
  if (native.word === 'pull-error') return `pull of ${subjectOf(native, image)} failed`
  return phrase.replace('%', () => subjectOf(native, image)) + moreOf(native, action)
}

/** For example, `container web1 (728d06c45dd7)`, `image alpine:3`, `volume data`. */
function subjectOf(native: NativeEvent, image: StatedImage | undefined): string {
  const { type } = native
  const id = shortId(idOf(native) ?? '')
  const name = nameOf(native, image) ?? ''
  const isBoth = type === 'container' && name !== '' && id !== ''
  return [type, name === '' ? id : name, isBoth ? `(${id})` : ''].filter(Boolean).join(' ')
}

function moreOf(native: NativeEvent, action: string): string {
  const { word, attributes } = native
  const { signal = '', oldName = '', imageRef = '' } = attributes
  const exitCode = exitCodeOf(native)
  if (action.endsWith('.exit') && exitCode !== '') return ` with code ${exitCode}`
  if (word === 'kill' && signal !== '') return ` with signal ${signal}`
  if (word === 'rename' && oldName !== '') return ` from ${oldName.replace(/^\//, '')}`
  if (word === 'commit' && imageRef !== '') return ` to ${imageRef}`
  const health = action === 'container.health' ? healthOf(native) : undefined
  return health === undefined || health === '' ? '' : `: ${health}`
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, ID_DIGITS_SHOWN)
}

/** What the engine sent beyond the fields of an event, under its own names. */
function detailsOf(native: NativeEvent, image: StatedImage | undefined): JsonObject {
  const { type, actorId, attributes, argument, scope, timeNano, more } = native
  const registry = image?.reference?.registry
  const isCommand = native.word.startsWith('exec_')
  const hasOwnId = actorId === '' || actorId === idOf(native)
  const isPlaced = ([name, value]: readonly [string, string]) =>
    name === 'name' && (value === '' || value === nameOf(native, image))
  const said = Object.entries(attributes).filter((one) => !isPlaced(one))
  const isLabel = ([name]: readonly [string, string]) =>
    LABELLED_TYPES.includes(type) && !ENGINE_ATTRIBUTES.has(name)
  const labels = said.filter(isLabel)
  const own: JsonObject = {
    timeNano,
    ...(scope !== undefined && { scope }),
    ...(!hasOwnId && { actorId }),
    ...(registry !== undefined && { registry }),
    ...(argument !== undefined && { [isCommand ? 'command' : 'argument']: kept(argument) }),
    ...(labels.length > 0 && { labels: bounded(Object.fromEntries(labels.map(redacted))) }),
  }
  const attributesSaid = said.filter((one) => !isLabel(one)).map(redacted)
  return withoutClash(own, Object.fromEntries(attributesSaid), redactedMembers(more))
}

/** Moves an engine's member that has a name of ours one level down. */
function withoutClash(own: JsonObject, attributes: JsonObject, members: JsonObject): JsonObject {
  const split = (given: JsonObject, taken: JsonObject) => {
    const entries = Object.entries(given)
    const isFree = ([name]: readonly [string, JsonValue]) => !Object.hasOwn(taken, name)
    return {
      free: Object.fromEntries(entries.filter(isFree)),
      clashing: Object.fromEntries(entries.filter((one) => !isFree(one))),
    }
  }
  const first = split(attributes, own)
  const second = split(members, { ...own, ...first.free })
  return {
    ...second.free,
    ...first.free,
    ...own,
    ...(Object.keys(first.clashing).length > 0 && { attributes: first.clashing }),
    ...(Object.keys(second.clashing).length > 0 && { members: second.clashing }),
  }
}

function redactedMembers(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, redactedValue(name, value)]),
  )
}

function redactedValue(name: string, value: JsonValue): JsonValue {
  if (typeof value === 'string') return redacted([name, value])[1]
  if (Array.isArray(value)) return value.map((item) => redactedValue(name, item))
  return isJsonObject(value) ? redactedMembers(value) : value
}

function redacted([name, value]: readonly [string, string]): [string, string] {
  const safe = redactNamed(name, value)
  return [name, safe.length > LABEL_LENGTH_MAX ? `${cutText(safe, LABEL_LENGTH_MAX)}…` : safe]
}

function kept(command: string): string {
  const safe = redactText(command)
  return safe.length > COMMAND_LENGTH_MAX ? `${cutText(safe, COMMAND_LENGTH_MAX)}…` : safe
}

/** Replaces too many labels with their size. */
function bounded(labels: { readonly [name: string]: string }): JsonValue {
  const bytes = Buffer.byteLength(JSON.stringify(labels))
  const items = Object.keys(labels).length
  return bytes <= LABELS_BYTES_MAX ? labels : { omittedBytes: bytes, items }
}
