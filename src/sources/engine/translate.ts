import { createHash } from 'node:crypto'
import type { JsonObject, JsonValue, Level, Outcome, Target } from '../../core/event.ts'
import { MESSAGE_LENGTH_MAX } from '../../core/limits.ts'
import type { NewEvent } from '../../core/new-event.ts'
import { formatTimestamp } from '../../core/timestamp.ts'
import { type ImageReference, isImageId, parseImageReference } from '../image-reference.ts'
import { redactNamed, redactText } from '../redaction.ts'
import type { NativeEvent } from './envelope.ts'
import { categoryOf, type Meaning, meaningOf } from './native-words.ts'

/** Longest command line that is kept, in UTF-16 units; it is redacted before it is cut. */
const COMMAND_LENGTH_MAX = 4096
/** Longest value of a label that is kept, in UTF-16 units. */
const LABEL_LENGTH_MAX = 4096
/** Largest JSON text of all labels, in bytes: the rest of an event has room beside it. */
const LABELS_BYTES_MAX = 24 * 1024
/** Hexadecimal digits of an id in a message: as many as the engines print. */
const ID_DIGITS_SHOWN = 12

/** What engines say themselves, among the labels of the container or the image. */
const ENGINE_ATTRIBUTES = new Set([
  ...['name', 'image', 'exitCode', 'execDuration', 'signal', 'execID', 'oldName', 'container'],
  ...['type', 'driver', 'comment', 'imageID', 'imageRef', 'reclaimed', 'destination', 'read/write'],
  ...['propagation', 'containerExitCode', 'podId', 'error', 'health_status', 'health_log'],
  ...['health_failing_streak', 'containerHealthStatus', 'network'],
])

/** Types whose attributes hold labels; those of any other are the engine's own. */
const LABELLED_TYPES = ['container', 'image']

/** Attributes that have a place of their own in the event, or that Podman writes for nothing. */
const PLACED_ATTRIBUTES = new Set(['name', 'podId', 'containerExitCode'])

/** Makes an event of what an engine said. Engines name nobody: `actor` is null. */
export function translateEvent(native: NativeEvent): NewEvent {
  const meaning = meaningOf(native.type, native.word)
  const image = imageOf(native)
  const { outcome, level } = endingOf(native, meaning)
  const { phrase, unsurePhrase = phrase } = meaning
  const spoken = outcome === 'unknown' ? { ...meaning, phrase: unsurePhrase } : meaning
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
    message: messageOf(native, spoken, image).slice(0, MESSAGE_LENGTH_MAX),
    details: detailsOf(native, image),
  }
}

/**
 * The name of an event: its nanosecond, and a digest of what else tells it from others in that
 * nanosecond. Of the labels none takes part, since later versions of an engine may tell more of
 * them, nor does a command line: a digest of a password can be guessed.
 */
export function eventIdOf(native: NativeEvent): string {
  const { type, word, actorId, attributes, timeNano } = native
  const { name = '', container = '', execID = '', signal = '' } = attributes
  const told = JSON.stringify([type, word, actorId, name, container, execID, signal])
  return `${timeNano}-${createHash('sha256').update(told).digest('hex').slice(0, 32)}`
}

/** RFC 3339 in UTC; an event holds microseconds, and `details.timeNano` the rest. */
export function timeOf(timeNano: string): string {
  return formatTimestamp(Number(timeNano.slice(0, -3)))
}

interface StatedImage {
  /** As the engine wrote it. */
  readonly text: string
  readonly reference: ImageReference | undefined
}

/** The name of the image: Docker has the whole name of a pulled one in the id, else in `name`. */
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

/** Podman writes the id of an image that it built into `name`. */
function idOf({ type, actorId, attributes }: NativeEvent): string | undefined {
  if (type !== 'image') return actorId === '' ? undefined : actorId
  return [actorId, attributes['name'] ?? ''].find(isImageId)
}

function nameOf({ type, actorId, attributes }: NativeEvent, image: StatedImage | undefined) {
  if (type === 'image') return image?.text
  const name = attributes['name'] ?? ''
  // Docker names a volume by its id alone.
  return name === '' && type === 'volume' ? actorId : name
}

const SUCCESS = { outcome: 'success', level: 'info' } as const

function endingOf(
  native: NativeEvent,
  { action }: Meaning,
): { readonly outcome: Outcome; readonly level: Level } {
  if (native.word === 'pull-error') return { outcome: 'failure', level: 'error' }
  switch (action) {
    case 'container.exit':
    case 'container.exec.exit': {
      const code = native.attributes['exitCode'] ?? ''
      if (code === '0') return SUCCESS
      return code === ''
        ? { outcome: 'unknown', level: 'info' }
        : { outcome: 'failure', level: 'warn' }
    }
    case 'container.health': {
      const health = healthOf(native)
      if (health === 'healthy') return SUCCESS
      return health === 'unhealthy'
        ? { outcome: 'failure', level: 'warn' }
        : { outcome: 'unknown', level: 'info' }
    }
    case 'container.oom':
      return { outcome: 'failure', level: 'error' }
    case 'image.pull':
    case 'image.push':
    case 'image.load':
      return isOfPodman(native) ? { outcome: 'unknown', level: 'info' } : SUCCESS
    default:
      return SUCCESS
  }
}

/**
 * Podman tells that an image was pulled, pushed or loaded however that ended, Docker when it did
 * go well. Only Podman's events have a pod.
 */
function isOfPodman({ attributes }: NativeEvent): boolean {
  return Object.hasOwn(attributes, 'podId')
}

/** `health_status: healthy` of Docker, an attribute of Podman. */
function healthOf({ argument, attributes }: NativeEvent): string | undefined {
  return argument ?? attributes['health_status'] ?? attributes['containerHealthStatus']
}

function messageOf(native: NativeEvent, meaning: Meaning, image: StatedImage | undefined): string {
  const { type, word, attributes } = native
  const { phrase } = meaning
  if (word === 'prune') return phrase
  const id = shortId(idOf(native) ?? '')
  if (type === 'container') {
    const subject = word === 'commit' ? attributes['imageRef'] : attributes['name']
    const tail = [id, subject ?? ''].filter((part) => part !== '').join(', ')
    return `${phrase} (docker, ${tail})${moreOf(native, meaning)}`
  }
  if (type === 'image') {
    const from = meaning.action === 'image.pull' ? ` from ${originOf(image)}` : ''
    const told = word === 'pull-error' ? 'Failed to download image' : phrase
    return `${told}${from} (docker, ${image?.text ?? id})`
  }
  const name = nameOf(native, image)
  return name === '' || name === undefined ? phrase : `${phrase}: ${name}`
}

/** What Container Station has no words for. */
function moreOf({ word, attributes, argument }: NativeEvent, { action }: Meaning): string {
  const { exitCode = '', signal = '', oldName = '' } = attributes
  if (action.endsWith('.exit') && exitCode !== '') return ` with code ${exitCode}`
  if (word === 'kill' && signal !== '') return ` with signal ${signal}`
  if (word === 'rename' && oldName !== '') return ` from ${oldName.replace(/^\//, '')}`
  return word === 'health_status' && argument !== undefined ? `: ${argument}` : ''
}

function originOf(image: StatedImage | undefined): string {
  const registry = image?.reference?.registry
  return registry === undefined || registry === 'docker.io' ? 'dockerhub' : registry
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, ID_DIGITS_SHOWN)
}

/** What the engine said beyond the fields of an event, under its own names. */
function detailsOf(native: NativeEvent, image: StatedImage | undefined): JsonObject {
  const { type, actorId, attributes, argument, scope, timeNano } = native
  const registry = image?.reference?.registry
  const isCommand = native.word.startsWith('exec_')
  const hasOwnId = actorId === '' || actorId === idOf(native)
  const said = Object.entries(attributes).filter(
    ([name, value]) => value !== '' && !PLACED_ATTRIBUTES.has(name),
  )
  const isLabel = ([name]: readonly [string, string]) =>
    LABELLED_TYPES.includes(type) && !ENGINE_ATTRIBUTES.has(name)
  const labels = said.filter(isLabel)
  return {
    timeNano,
    ...(scope !== undefined && { scope }),
    ...(!hasOwnId && { actorId }),
    ...(registry !== undefined && { registry }),
    ...(argument !== undefined && { [isCommand ? 'command' : 'argument']: kept(argument) }),
    ...Object.fromEntries(said.filter((one) => !isLabel(one)).map(redacted)),
    ...(labels.length > 0 && { labels: bounded(Object.fromEntries(labels.map(redacted))) }),
  }
}

function redacted([name, value]: readonly [string, string]): [string, string] {
  const cut = redactNamed(name, value)
  return [name, cut.length > LABEL_LENGTH_MAX ? `${cut.slice(0, LABEL_LENGTH_MAX)}…` : cut]
}

function kept(command: string): string {
  const safe = redactText(command)
  return safe.length > COMMAND_LENGTH_MAX ? `${safe.slice(0, COMMAND_LENGTH_MAX)}…` : safe
}

/** States the size of labels that are too many to keep. */
function bounded(labels: { readonly [name: string]: string }): JsonValue {
  const bytes = Buffer.byteLength(JSON.stringify(labels))
  const items = Object.keys(labels).length
  return bytes <= LABELS_BYTES_MAX ? labels : { omittedBytes: bytes, items }
}
