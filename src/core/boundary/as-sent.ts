import type { JsonObject, JsonValue } from '../event/event.ts'
import { isJsonObject, isMembers, jsonBytes, type Members } from '../json/json.ts'
import { jsonExcerpt } from '../json/json-excerpt.ts'
import { DETAILS_DEPTH_MAX } from '../limits.ts'
import { recordableText } from '../values/recordable-text.ts'
import { inspectDetails, inspectJson } from './json-inspection.ts'
import { recordableJson, recordableMembers, unusedKey } from './recordable-json.ts'

/** The member of `details` that keeps values which could not be read, by their JSON pointer. */
const AS_SENT = 'asSent'
/** Where details stood as a whole, and where the sender's own `asSent` did. */
const DETAILS = '/details'
const DETAILS_AS_SENT = `${DETAILS}/${AS_SENT}`
/** RFC 6901's pointer to the event itself: what there is no room for by its own pointer. */
const WHOLE = ''

/** Most values kept by their own pointers. */
const POINTERS_MAX = 100
/** Levels of `details` that stand around a kept value: `details` and `asSent`. */
const LEVELS_AROUND = 2
/** Bytes of JSON between a key and its value, and behind the value. */
const ENTRY_MARKS_BYTES = 2
/** Bytes of the marks of an excerpt: `"":{"bytes":…,"excerpt":…},`. */
const EXCERPT_MARKS_BYTES = 48
/** Bytes below which an excerpt would say nothing. */
const EXCERPT_BYTES_MIN = 32
/** Share of the room that is enough for what could not be read: 1 in so many. */
const ROOM_SHARE = 4
/** Share of the room for details that one member may take when not all have room: 1 in so many. */
const MEMBER_SHARE = 4

/**
 * Details that hold, under `asSent`, what could not be read where it was sent.
 *
 * What there is no room for is cut to an excerpt. Of details that are too large themselves the
 * whole is an excerpt at `/details`, and those of its members that fit stay in their places.
 *
 * @param details fit to be stored, but for their size.
 * @param asSent values by JSON pointer, of whatever size and depth.
 * @param bytesMax room for the result, in bytes of JSON; with no bound nothing is cut.
 */
export function detailsWithAsSent(
  details: JsonObject | undefined,
  asSent: ReadonlyMap<string, unknown>,
  bytesMax = Number.POSITIVE_INFINITY,
): JsonObject {
  const tooLarge = asSent.get(DETAILS)
  if (isMembers(tooLarge)) {
    return joined(fittingMembers(tooLarge, Math.floor(bytesMax / 2)), asSent, bytesMax)
  }
  const bytesLeft = bytesMax - jsonBytes(details ?? {})
  const isRoomy = bytesLeft >= bytesMax / ROOM_SHARE || bytesLeft >= bytesOf(asSent)
  if (details === undefined || isRoomy) return joined(details ?? {}, asSent, bytesMax)
  return detailsWithAsSent(undefined, new Map(asSent).set(DETAILS, details), bytesMax)
}

/** Bytes of JSON that the values take when nothing is cut. */
function bytesOf(asSent: ReadonlyMap<string, unknown>): number {
  let bytes = jsonBytes({ [AS_SENT]: {} })
  for (const entry of asSent)
    bytes += entryOf(entry).bytes + jsonBytes(entry[0]) + ENTRY_MARKS_BYTES
  return bytes
}

/** The members of details that are too large or too deep which fit as they are. */
function fittingMembers(details: Members, bytesMax: number): JsonObject {
  const kept: [string, JsonValue][] = []
  let bytesLeft = bytesMax
  for (const [key, value] of Object.entries(details)) {
    const part = { [key]: value }
    const finding = inspectDetails(part)
    if (value === undefined || finding?.isReplaceable === false) continue
    const fit = recordableMembers(part)
    const bytes = jsonBytes(fit)
    if (bytes > bytesLeft || bytes > bytesMax / MEMBER_SHARE) continue
    bytesLeft -= bytes
    kept.push(...Object.entries(fit))
  }
  return Object.fromEntries(kept)
}

/** Adds the values to details. The sender's own `asSent` stays, unless it is in the way. */
function joined(
  details: JsonObject,
  values: ReadonlyMap<string, unknown>,
  bytesMax: number,
): JsonObject {
  const { [AS_SENT]: own, ...others } = details
  const isInTheWay = own !== undefined && !isOpenTo(own, values)
  const kept = isJsonObject(own) && !isInTheWay ? own : {}
  const all = isInTheWay ? new Map(values).set(DETAILS_AS_SENT, own) : values
  const bytesLeft = bytesMax - jsonBytes({ ...others, [AS_SENT]: kept })
  return { ...others, [AS_SENT]: { ...kept, ...fittingValues(all, bytesLeft) } }
}

function isOpenTo(own: JsonValue, values: ReadonlyMap<string, unknown>): boolean {
  if (!isJsonObject(own) || WHOLE in own) return false
  return ![...values.keys()].some((pointer) => recordableText(pointer) in own)
}

interface Entry {
  readonly pointer: string
  readonly value: unknown
  /** The value as an event can hold it; undefined when it is too large or too deep. */
  readonly fit: JsonValue | undefined
  /** Of the value in JSON. */
  readonly bytes: number
}

/** As much of the values as there is room for: small ones first, the others share the rest. */
function fittingValues(values: ReadonlyMap<string, unknown>, bytesMax: number): JsonObject {
  const all = [...values]
  const entries = all.slice(0, POINTERS_MAX).map(entryOf)
  const unnamed = all.slice(POINTERS_MAX)
  entries.sort((left, right) => left.bytes - right.bytes)
  const kept = new Map<string, JsonValue>()
  let bytesLeft = bytesMax
  for (const [index, entry] of entries.entries()) {
    const key = unusedKey(kept, recordableText(entry.pointer))
    const keyBytes = jsonBytes(key) + ENTRY_MARKS_BYTES
    // All without a pointer of their own have one share.
    const shares = entries.length - index + Math.min(1, unnamed.length)
    const value = fitted(entry, Math.floor(bytesLeft / shares) - keyBytes)
    if (value === undefined) {
      unnamed.push([entry.pointer, entry.value])
      continue
    }
    kept.set(key, value)
    bytesLeft -= keyBytes + jsonBytes(value)
  }
  if (unnamed.length > 0) {
    kept.set(WHOLE, jsonExcerpt(Object.fromEntries(unnamed), bytesLeft - EXCERPT_MARKS_BYTES))
  }
  return Object.fromEntries(kept)
}

function entryOf([pointer, value]: readonly [string, unknown]): Entry {
  const verdict = inspectJson(value, DETAILS_DEPTH_MAX - LEVELS_AROUND)
  const isFit = verdict === 'fine' || verdict === 'odd'
  const fit = isFit ? recordableJson(value) : undefined
  return { pointer, value, fit, bytes: isFit ? jsonBytes(fit) : Number.POSITIVE_INFINITY }
}

/** The value or an excerpt of it in so many bytes of JSON; undefined when they are too few. */
function fitted({ value, fit, bytes }: Entry, bytesMax: number): JsonValue | undefined {
  if (fit !== undefined && bytes <= bytesMax) return fit
  const excerptBytes = bytesMax - EXCERPT_MARKS_BYTES
  return excerptBytes < EXCERPT_BYTES_MIN ? undefined : jsonExcerpt(value, excerptBytes)
}
