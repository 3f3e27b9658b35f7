import type { JsonObject } from '../../core/event/event.ts'
import {
  decodeWholeGoJson,
  foldKey,
  GoArray,
  GoNumber,
  GoObject,
  type GoValue,
  plainJson,
} from '../bodies/go-json.ts'
import { timeNanoOf } from './native-time.ts'

/** One event as an engine writes it, in the form of the Docker Engine API. */
export interface NativeEvent {
  /** `container`, `image`, `network`, `volume`, … */
  readonly type: string
  /** The engine's own word: `create`, `exec_create`. */
  readonly word: string
  /** The rest of the action: the command line of `exec_create: <command line>`. */
  readonly argument: string | undefined
  readonly actorId: string
  readonly attributes: Readonly<Record<string, string>>
  readonly scope: string | undefined
  /** Nanoseconds since the epoch, as decimal digits because a double cannot hold them. */
  readonly timeNano: string
  /** Members without a place here, and those of an unexpected form, as they were sent. */
  readonly more: JsonObject
}

/** The event in a line, or why it cannot be read. */
export type Envelope = { readonly event: NativeEvent } | { readonly unreadable: string }

/** The type of an event that states none. */
const NO_TYPE = 'unknown'

/** Opens a line of `GET /events`. Never throws; an odd member costs only itself. */
export function openEnvelope(line: Buffer): Envelope {
  const event = decodeWholeGoJson(line)
  if (!(event instanceof GoObject)) return { unreadable: 'a line is not a JSON object' }
  const stated = event.string('Type')
  // Docker before 1.10 used only the old member names.
  const action = event.string('Action') || event.string('status') || ''
  if (!stated && action === '') return { unreadable: 'an event has neither `Type` nor `Action`' }
  const timeNano = timeNanoOf(event)
  if (timeNano === undefined) return { unreadable: 'an event has no time' }
  const from = event.string('from') ?? ''
  const actor = event.struct('Actor')
  const type = stated || (from === '' ? NO_TYPE : 'container')
  const colon = action.indexOf(':')
  const attributes = textsOf(actor.map('Attributes'))
  return {
    event: {
      type,
      word: colon === -1 ? action : action.slice(0, colon),
      argument: colon === -1 ? undefined : action.slice(colon + 1).trim(),
      actorId: actor.string('ID') ?? event.string('id') ?? '',
      attributes: type === 'container' && from !== '' ? { image: from, ...attributes } : attributes,
      scope: event.string('scope') || undefined,
      timeNano,
      more: moreOf(event, actor, timeNano),
    },
  }
}

function textsOf(attributes: ReadonlyMap<string, GoValue>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...attributes].map(([name, value]) => [name, typeof value === 'string' ? value : text(value)]),
  )
}

function text(value: GoValue): string {
  if (value instanceof GoNumber) return value.literal
  return value instanceof GoArray || value instanceof GoObject ? value.text : String(value)
}

/** Whether a member adds nothing to what is read from it or from the others. */
type IsRead = (value: GoValue, event: GoObject, timeNano: string) => boolean

const isText: IsRead = (value) => typeof value === 'string'

const READ: Readonly<Record<string, IsRead>> = {
  type: isText,
  action: isText,
  scope: isText,
  actor: (value) => value instanceof GoObject,
  timenano: (value, _, timeNano) => digitsOf(value) === timeNano,
  time: (value, _, timeNano) => digitsOf(value) === timeNano.slice(0, -9),
  status: (value, event) => isText(value, event, '') && value === (event.string('Action') ?? value),
  id: (value, event) =>
    isText(value, event, '') && value === (event.struct('Actor').string('ID') ?? value),
  from: isOfImage,
}

const ACTOR_READ: Readonly<Record<string, IsRead>> = {
  id: isText,
  attributes: (value) => value instanceof GoObject,
}

/** The old name of a container's image. */
function isOfImage(value: GoValue, event: GoObject): boolean {
  const image = event.struct('Actor').map('Attributes').get('image')
  return typeof value === 'string' && value === (image ?? value)
}

function digitsOf(value: GoValue): string | undefined {
  if (value instanceof GoNumber) return value.literal
  return typeof value === 'string' ? value : undefined
}

function moreOf(event: GoObject, actor: GoObject, timeNano: string): JsonObject {
  const unread = (object: GoObject, read: Readonly<Record<string, IsRead>>) =>
    object.entries.filter(([key, value]) => {
      const folded = foldKey(key)
      const isRead = Object.hasOwn(read, folded) ? read[folded] : undefined
      return value !== null && isRead?.(value, event, timeNano) !== true
    })
  const ofActor = unread(actor, ACTOR_READ).map(([key, value]) => [key, plainJson(value)] as const)
  const members = unread(event, READ).map(([key, value]) => [key, plainJson(value)] as const)
  const actors = ofActor.length === 0 ? {} : { Actor: Object.fromEntries(ofActor) }
  return { ...actors, ...Object.fromEntries(members) }
}
