import { inspectDetails } from '../../../core/boundary/json-inspection.ts'
import { cutJsonText } from '../../../core/cut-text.ts'
import type { JsonObject } from '../../../core/event/event.ts'
import { isMembers } from '../../../core/json/json.ts'
import { recordableText } from '../../../core/values/recordable-text.ts'
import { keepsNumbers, parsePythonJson, parseReadable, strictText } from '../python/python-json.ts'
import { StoredJson } from './stored-json.ts'

/** The member of `details` that holds the JSON text of metadata whose numbers no event can hold. */
const TEXT_MEMBER = 'metadata_json'
/** The member of `details` that holds what fits no field of the event, by JSON pointer. */
const AS_SENT = 'asSent'
/** The pointer of an address in it. */
export const ADDRESS_POINTER = '/client/ip'
/** Bytes of JSON text, of metadata that is kept as text: the other fields need room too. */
const KEPT_TEXT_BYTES_MAX = 52 * 1024
/** Bytes of the details that stand with such a text. */
const MARKS_BYTES = 1024

/** The metadata of an entry. */
export interface StoredMetadata {
  /** As JSON.parse reads it: a number that no double holds is another one. */
  readonly value: JsonObject
  /** Its JSON text, when the value would not be written as the text that it was read from. */
  readonly text?: string
}

/** How much of the metadata an event holds: all in its place, all as text, or its beginning. */
export type MetadataFate = 'whole' | 'as-text' | 'cut'

/** The `details` of an event. */
export interface MetadataDetails {
  readonly details: JsonObject
  readonly fate: MetadataFate
}

/** Reads the JSON text of metadata; undefined for what is no JSON object. */
export function readMetadata(text: string): StoredMetadata | undefined {
  const value = parsed(text)
  if (!isMembers(value)) return undefined
  // It was read from JSON.
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

/** Metadata with a name that details have for themselves must not be taken for theirs. */
function isPlain(value: JsonObject, text: string): boolean {
  if (TEXT_MEMBER in value || AS_SENT in value) return false
  return inspectDetails(value) === undefined && keepsNumbers(text)
}

/**
 * The `details` that hold metadata: its members, and its text too when those are not all of it.
 * What no event can hold (too large, too deep, with a NUL) is kept as text alone.
 *
 * @param roomBytes that `details` may take.
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
  // The same text was read as an object before.
  const members = { ...value, ...(parseReadable(text) as JsonObject) }
  const { [TEXT_MEMBER]: _text, [AS_SENT]: _sent, ...readable } = members
  return readable
}

/** Metadata as text: as much of it as there is room for. */
export function textDetails(
  text: string,
  limits: {
    /** What the text is not. */
    readonly expected: string
    /** Size of all of it, when the text is only its beginning. */
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

/** The metadata that `details` hold, as it was stored in the Quay. */
export function storedMetadata(details: JsonObject): JsonObject | StoredJson {
  const text = details[TEXT_MEMBER] ?? wholeText(details)
  if (typeof text === 'string' && isMembers(parsed(text))) return new StoredJson(strictText(text))
  if (!(AS_SENT in details)) return details
  const { [AS_SENT]: _sent, ...metadata } = details
  return metadata
}

/** The text of metadata that is kept as text alone, unless it is only a beginning. */
function wholeText({ unreadable, json, bytes }: JsonObject): string | undefined {
  const isText = typeof unreadable === 'string' && typeof json === 'string'
  return isText && Buffer.byteLength(json) === bytes ? json : undefined
}

/** `details` with what fits no field of the event, by JSON pointer. */
export function withAsSent(details: JsonObject, asSent: JsonObject): JsonObject {
  return Object.keys(asSent).length === 0 ? details : { ...details, [AS_SENT]: asSent }
}
