import type { JsonObject, JsonValue } from '../event/event.ts'
import { isJsonObject, isMembers, jsonBytes, type Members } from '../json/json.ts'
import { jsonExcerpt } from '../json/json-excerpt.ts'
import { DETAILS_DEPTH_MAX } from '../limits.ts'
import { recordableText } from '../values/recordable-text.ts'
import { inspectDetails, inspectJson } from './json-inspection.ts'
import { recordableJson, recordableMembers, unusedKey } from './recordable-json.ts'

/** The member of `details` that keeps unreadable values, by their JSON pointer. */
const AS_SENT = 'asSent'
/** The pointers to the details as a whole, and to the sender's own `asSent`. */
const DETAILS = '/details'
const DETAILS_AS_SENT = `${DETAILS}/${AS_SENT}`
/** RFC 6901's pointer to the event itself, for values without space for their own pointer. */
const WHOLE = ''

/** Most values kept under their own pointers. */
const POINTERS_MAX = 100
/** Levels of `details` around a kept value: `details` and `asSent`. */
const LEVELS_AROUND = 2
/** Bytes of JSON between a key and its value, and after the value. */
const ENTRY_MARKS_BYTES = 2
/** Bytes of JSON around an excerpt: `"":{"bytes":…,"excerpt":…},`. */
const EXCERPT_MARKS_BYTES = 48
/** Smallest useful excerpt, in bytes. */
const EXCERPT_BYTES_MIN = 32
/** Unreadable values get at least this share of the space, as a divisor. */
const ROOM_SHARE = 4
/** Share of the space for details that one member may take when not all fit, as a divisor. */
const MEMBER_SHARE = 4

/**
 * Details that contain, under `asSent`, the values that could not be read in their place.
 *
 * Values without enough space are cut to an excerpt. Of details that are themselves too large, an
 * excerpt of the whole is kept at `/details`, and the members that fit stay in place.
 *
 * @param details valid except for their size.
 *
 * @param asSent values by JSON pointer, of any size and depth.
 *
 * @param bytesMax space for the result, in bytes of JSON; without a bound nothing is cut.
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

/** The members of too large or too deep details that fit unchanged. */
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

/** Adds the values to details. The sender's own `asSent` stays, unless it conflicts. */
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
  /** The value in a form that an event can hold; undefined when it is too large or too deep. */
  readonly fit: JsonValue | undefined
  /** Size of the value in JSON. */
  readonly bytes: number
}

/** As many of the values as fit: small ones first, the others share the rest. */
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
    // The values without pointers of their own have one share together.
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

/**
 * The value, or an excerpt of it, in a number of bytes of JSON; undefined when they are too few.
 */
function fitted({ value, fit, bytes }: Entry, bytesMax: number): JsonValue | undefined {
  if (fit !== undefined && bytes <= bytesMax) return fit
  const excerptBytes = bytesMax - EXCERPT_MARKS_BYTES
  return excerptBytes < EXCERPT_BYTES_MIN ? undefined : jsonExcerpt(value, excerptBytes)
}
