import { CLOSE_BRACE, OPEN_BRACE, QUOTE } from '../boundary/transcribe/json-bytes.ts'
import { EVENT_MEMBERS, FIELD_NUMBER, type FieldKey, type ObjectKey } from './field-keys.ts'

/** The texts of one event, by their number in a draft: each is a part of some buffer. */
export interface PlacedTexts {
  readonly sources: readonly Uint8Array[]
  /** Start and end in the source; equal for an absent text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Where canonical JSON is written, and where the positions of its texts are noted. */
export interface CanonicalTarget {
  readonly bytes: Buffer
  readonly start: number
  /** As in `Draft`. */
  readonly places: Uint32Array
  readonly firstPlace: number
}

/** A canonical event has fewer bytes than this in addition to its texts. */
export const CANONICAL_MARKS_MAX = 1024

interface Member {
  /** Everything before the text. */
  readonly key: Uint8Array
  readonly number: number
}

/** Consecutive members: of the event itself, or of an object in it. */
interface MemberRun {
  readonly members: Member[]
  /** Everything before an object; absent for members of the event itself. */
  readonly objectKey?: Uint8Array
  /** Replaces an object without members. */
  readonly whenEmpty?: Uint8Array
}

const NOTHING = new Uint8Array()
const DETAILS = FIELD_NUMBER['/details']
/** Only an actor is always present. */
const WHEN_EMPTY: ReadonlyMap<string, Uint8Array> = new Map([
  ['actor', Buffer.from(',"actor":null')],
])

/** All members of an event in canonical order. */
const RUNS = runsOf(EVENT_MEMBERS)

function runsOf(all: readonly (FieldKey | ObjectKey)[]): readonly MemberRun[] {
  const runs: MemberRun[] = []
  for (const one of all) {
    const last = runs.at(-1)
    if ('members' in one) {
      const whenEmpty = WHEN_EMPTY.get(one.key) ?? NOTHING
      const objectKey = Buffer.from(`,"${one.key}":`)
      runs.push({ members: one.members.map(memberOf), objectKey, whenEmpty })
    } else if (last === undefined || last.objectKey !== undefined) {
      runs.push({ members: [memberOf(one)] })
    } else last.members.push(memberOf(one))
  }
  return runs
}

function memberOf({ key, number }: FieldKey): Member {
  return { key: Buffer.from(number === DETAILS ? `,"${key}":` : `,"${key}":"`), number }
}

/**
 * Writes the canonical JSON (RFC 8785) of an event whose texts need no escapes.
 *
 * @returns the index after it; more than the length of the target when it does not fit.
 */
export function writeCanonicalEvent(texts: PlacedTexts, target: CanonicalTarget): number {
  const { bytes, start } = target
  let at = start
  for (const { members, objectKey, whenEmpty = NOTHING } of RUNS) {
    if (objectKey === undefined) {
      at = writeMembers(texts, target, at, members)
      continue
    }
    const open = at + objectKey.length
    const close = writeMembers(texts, target, open, members)
    if (close === open) {
      at = writeBytes(bytes, at, whenEmpty)
      continue
    }
    writeBytes(bytes, at, objectKey)
    // Replaces the comma before the first member.
    bytes[open] = OPEN_BRACE
    bytes[close] = CLOSE_BRACE
    at = close + 1
  }
  bytes[start] = OPEN_BRACE
  bytes[at] = CLOSE_BRACE
  return at + 1
}

/** Copies byte by byte: for so few bytes the runtime's own copy costs more. */
function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index += 1) target[at + index] = bytes[index] ?? 0
  return at + bytes.length
}

/**
 * Writes the members that the event has, each after a comma. It copies byte by byte: for such short
 * texts the runtime's own copy costs more.
 */
function writeMembers(
  { sources, starts, ends }: PlacedTexts,
  { bytes, places, firstPlace }: CanonicalTarget,
  from: number,
  members: readonly Member[],
): number {
  let at = from
  for (const { key, number } of members) {
    const start = starts[number] ?? 0
    const end = ends[number] ?? 0
    if (start === end) continue
    for (let index = 0; index < key.length; index += 1, at += 1) bytes[at] = key[index] ?? 0
    const source = sources[number] ?? NOTHING
    const place = firstPlace + 2 * number
    places[place] = at
    for (let index = start; index < end; index += 1, at += 1) bytes[at] = source[index] ?? 0
    places[place + 1] = at
    if (number === DETAILS) continue
    bytes[at] = QUOTE
    at += 1
  }
  return at
}
