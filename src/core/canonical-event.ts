import { DRAFT_TEXT } from './draft.ts'
import { CLOSE_BRACE, OPEN_BRACE, QUOTE } from './json-bytes.ts'

/** The texts of one event, by their number in a draft: each is a part of some buffer. */
export interface PlacedTexts {
  readonly sources: readonly Uint8Array[]
  /** Start and end in the source; a text that is left out ends where it starts. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Where canonical JSON is written, and where the places of its texts are noted. */
export interface CanonicalTarget {
  readonly bytes: Buffer
  readonly start: number
  /** As in `Draft`. */
  readonly places: Uint32Array
  readonly firstPlace: number
}

/** A canonical event has fewer bytes than this beside its texts. */
export const CANONICAL_MARKS_MAX = 1024

interface Member {
  /** All that stands before the text. */
  readonly key: Uint8Array
  readonly number: number
}

interface ObjectMember {
  readonly key: Uint8Array
  readonly members: readonly Member[]
}

const NOTHING = new Uint8Array()
const NO_ACTOR = Buffer.from(',"actor":null')

// All members stand in canonical order.
const ACTION = [{ key: Buffer.from('{"action":"'), number: DRAFT_TEXT.action }]
const ACTOR = object('actor', {
  email: DRAFT_TEXT.actorEmail,
  id: DRAFT_TEXT.actorId,
  kind: DRAFT_TEXT.actorKind,
  name: DRAFT_TEXT.actorName,
})
const CATEGORY = members({ category: DRAFT_TEXT.category })
const CLIENT = object('client', {
  ip: DRAFT_TEXT.clientIp,
  userAgent: DRAFT_TEXT.clientUserAgent,
})
const DETAILS_TO_RECEIVED = [
  { key: Buffer.from(',"details":'), number: DRAFT_TEXT.details },
  ...members({
    id: DRAFT_TEXT.id,
    level: DRAFT_TEXT.level,
    message: DRAFT_TEXT.message,
    nativeAction: DRAFT_TEXT.nativeAction,
    outcome: DRAFT_TEXT.outcome,
    received: DRAFT_TEXT.received,
  }),
]
const SOURCE = object('source', {
  eventId: DRAFT_TEXT.sourceEventId,
  kind: DRAFT_TEXT.sourceKind,
  name: DRAFT_TEXT.sourceName,
})
const TARGET = object('target', {
  digest: DRAFT_TEXT.targetDigest,
  id: DRAFT_TEXT.targetId,
  name: DRAFT_TEXT.targetName,
  namespace: DRAFT_TEXT.targetNamespace,
  repository: DRAFT_TEXT.targetRepository,
  tag: DRAFT_TEXT.targetTag,
  type: DRAFT_TEXT.targetType,
})
const TENANT_AND_TIME = members({ tenant: DRAFT_TEXT.tenant, time: DRAFT_TEXT.time })

function members(numbers: Readonly<Record<string, number>>): readonly Member[] {
  return Object.entries(numbers).map(([key, number]) => ({
    key: Buffer.from(`,"${key}":"`),
    number,
  }))
}

function object(key: string, numbers: Readonly<Record<string, number>>): ObjectMember {
  return { key: Buffer.from(`,"${key}":`), members: members(numbers) }
}

/**
 * Writes the canonical JSON (RFC 8785) of an event whose texts need no escapes.
 * @returns the index behind it; over the length of the target when it does not fit.
 */
export function writeCanonicalEvent(texts: PlacedTexts, target: CanonicalTarget): number {
  const { bytes } = target
  const actorAt = writeMembers(texts, target, target.start, ACTION)
  let at = writeObject(texts, target, actorAt, ACTOR)
  if (at === actorAt) {
    bytes.set(NO_ACTOR, at)
    at += NO_ACTOR.length
  }
  at = writeMembers(texts, target, at, CATEGORY)
  at = writeObject(texts, target, at, CLIENT)
  at = writeMembers(texts, target, at, DETAILS_TO_RECEIVED)
  at = writeObject(texts, target, at, SOURCE)
  at = writeObject(texts, target, at, TARGET)
  at = writeMembers(texts, target, at, TENANT_AND_TIME)
  bytes[at] = CLOSE_BRACE
  return at + 1
}

/** Writes an object with those members that the event has, and nothing when it has none. */
function writeObject(
  texts: PlacedTexts,
  target: CanonicalTarget,
  at: number,
  { key, members }: ObjectMember,
): number {
  const { bytes } = target
  const open = at + key.length
  const close = writeMembers(texts, target, open, members)
  if (close === open) return at
  for (let index = 0; index < key.length; index += 1) bytes[at + index] = key[index] ?? 0
  // In place of the comma before the first member.
  bytes[open] = OPEN_BRACE
  bytes[close] = CLOSE_BRACE
  return close + 1
}

/**
 * Writes those members that the event has, each with a comma before it. It copies byte by byte: for
 * texts this short a call of the runtime's own copy costs more.
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
    if (number === DRAFT_TEXT.details) continue
    bytes[at] = QUOTE
    at += 1
  }
  return at
}
