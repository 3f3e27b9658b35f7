import { inspectDetails } from '../../../core/boundary/json-inspection.ts'
import { cutJsonText } from '../../../core/cut-text.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { keepsNumbers, parsePythonJson, parseReadable, strictText } from '../python/python-json.ts'
import { StoredJson } from './stored-json.ts'

/** The member of `details` with the JSON text of metadata whose numbers events cannot hold. */
const TEXT_MEMBER = 'metadata_json'
/** The member of `details` for values that fit no field of the event, by JSON pointer. */
const AS_SENT = 'asSent'
/** The pointer of an address in it. */
export const ADDRESS_POINTER = '/client/ip'
/** Bytes of JSON of metadata that is kept as text; the other fields need space too. */
const KEPT_TEXT_BYTES_MAX = 52 * 1024
/** Bytes of the other details next to such a text. */
const MARKS_BYTES = 1024

/** The metadata of an entry. */
export interface StoredMetadata {
  /** As parsed by JSON.parse, which changes numbers that a double cannot hold. */
  readonly value: JsonObject
  /** Its JSON text, if the value would not be serialized to the same text. */
  readonly text?: string
}

/** How an event contains the metadata: completely, as text, or only its beginning. */
export type MetadataFate = 'whole' | 'as-text' | 'cut'

/** The `details` of an event. */
export interface MetadataDetails {
  readonly details: JsonObject
  readonly fate: MetadataFate
}

/** Parses the JSON text of metadata; undefined when it is not a JSON object. */
export function readMetadata(text: string): StoredMetadata | undefined {
  const value = parsed(text)
  if (!isMembers(value)) return undefined
  // It was parsed from JSON.
  const object = value as JsonObject
  return isPlain(object, text) ? { value: object } : { value: object, text: text.trim() }
}

function parsed(text: string): unknown {
  try {
    return parsePythonJson(text)
  } catch {
    return undefined
  }
}

/** Metadata must not use a name that details use themselves. */
function isPlain(value: JsonObject, text: string): boolean {
  if (TEXT_MEMBER in value || AS_SENT in value) return false
  return inspectDetails(value) === undefined && keepsNumbers(text)
}

/**
 * The `details` for metadata: its members, and its text too if the members are not all of it.
 * Metadata that no event can hold (too large, too deep, with a NUL) is kept only as text.
 *
 * @param roomBytes most bytes for `details`.
 */
export function detailsOfMetadata(metadata: StoredMetadata, roomBytes: number): MetadataDetails {
  const { value, text } = metadata
  const readable = text === undefined ? value : readableOf(value, text)
  const problem = inspectDetails(readable)
  if (problem === undefined) {
    const details = text === undefined ? readable : { ...readable, [TEXT_MEMBER]: text }
    if (Buffer.byteLength(JSON.stringify(details)) <= roomBytes) return { details, fate: 'whole' }
  }
  const expected = problem?.expected ?? 'metadata of less than an event may hold'
  return textDetails(text ?? JSON.stringify(value), { expected, roomBytes })
}

function readableOf(value: JsonObject, text: string): JsonObject {
  // The same text was parsed as an object before.
  const members = { ...value, ...(parseReadable(text) as JsonObject) }
  const { [TEXT_MEMBER]: _text, [AS_SENT]: _sent, ...readable } = members
  return readable
}

/** Metadata as text: as much of it as fits. */
export function textDetails(
  text: string,
  limits: {
    /** The expected form, which the text does not have. */
    readonly expected: string
    /** Size of the whole text, when only its beginning is given. */
    readonly bytes?: number
    readonly roomBytes?: number
  },
): MetadataDetails {
  const { expected, bytes = Buffer.byteLength(text), roomBytes = KEPT_TEXT_BYTES_MAX } = limits
  const clean = recordableText(text)
  const json = cutJsonText(clean, Math.min(roomBytes - MARKS_BYTES, KEPT_TEXT_BYTES_MAX))
  const isCut = json.length < clean.length || bytes > Buffer.byteLength(text)
  return { details: { unreadable: expected, json, bytes }, fate: isCut ? 'cut' : 'as-text' }
}

/** The metadata in `details`, as it was stored in the Quay. */
export function storedMetadata(details: JsonObject): JsonObject | StoredJson {
  const text = details[TEXT_MEMBER] ?? wholeText(details)
  if (typeof text === 'string' && isMembers(parsed(text))) return new StoredJson(strictText(text))
  if (!(AS_SENT in details)) return details
  const { [AS_SENT]: _sent, ...metadata } = details
  return metadata
}

/** The text of metadata that is kept only as text, unless it was cut. */
function wholeText({ unreadable, json, bytes }: JsonObject): string | undefined {
  const isText = typeof unreadable === 'string' && typeof json === 'string'
  return isText && Buffer.byteLength(json) === bytes ? json : undefined
}

/** Adds values that fit no field of the event to `details`, by JSON pointer. */
export function withAsSent(details: JsonObject, asSent: JsonObject): JsonObject {
  return Object.keys(asSent).length === 0 ? details : { ...details, [AS_SENT]: asSent }
}
