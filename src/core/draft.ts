import type { Event } from './event.ts'
import { parseTimestamp } from './timestamp.ts'

/**
 * The texts of an event that stand for themselves in a row of a store, by their number in a draft.
 * `details` is canonical JSON text; the others are plain text.
 */
export const DRAFT_TEXT = {
  id: 0,
  time: 1,
  received: 2,
  tenant: 3,
  sourceKind: 4,
  sourceName: 5,
  sourceEventId: 6,
  action: 7,
  nativeAction: 8,
  category: 9,
  level: 10,
  outcome: 11,
  actorId: 12,
  actorName: 13,
  actorEmail: 14,
  actorKind: 15,
  targetType: 16,
  targetId: 17,
  targetName: 18,
  targetNamespace: 19,
  targetRepository: 20,
  targetTag: 21,
  targetDigest: 22,
  clientIp: 23,
  clientUserAgent: 24,
  message: 25,
  details: 26,
} as const

/** How many texts a draft has. */
export const DRAFT_TEXTS = Object.keys(DRAFT_TEXT).length

/** What a `Draft` is made of. */
export interface DraftParts {
  readonly bytes: Buffer
  readonly leafStart: number
  readonly leafEnd: number
  readonly places: Uint32Array
  readonly firstPlace: number
  readonly timeMicros: number
  readonly receivedMicros: number
}

/**
 * An event that passed the boundary, as the bytes that are hashed and stored.
 *
 * A thousand events arrive in one request and wait for one insert: as objects and strings they cost
 * more than everything that is done with them, so the events of a request share one buffer.
 */
export class Draft {
  /** Where the texts are; other events may be in it too. */
  readonly bytes: Buffer
  /**
   * What the leaf is the hash of: a zero byte (RFC 9162 section 2.1.1), then the RFC 8785
   * canonical JSON of the event, up to `leafEnd`.
   */
  readonly leafStart: number
  readonly leafEnd: number
  /** Of text `n`, its start in `bytes` is at `firstPlace + 2 * n`, its end behind that. */
  readonly places: Uint32Array
  readonly firstPlace: number
  /** `time` and `received`, in microseconds since the epoch. */
  readonly timeMicros: number
  readonly receivedMicros: number

  constructor(parts: DraftParts) {
    this.bytes = parts.bytes
    this.leafStart = parts.leafStart
    this.leafEnd = parts.leafEnd
    this.places = parts.places
    this.firstPlace = parts.firstPlace
    this.timeMicros = parts.timeMicros
    this.receivedMicros = parts.receivedMicros
  }

  /** Where text `number` (`DRAFT_TEXT`) begins in `bytes`. */
  startOf(number: number): number {
    return this.places[this.firstPlace + 2 * number] ?? 0
  }

  /** Where text `number` ends: at its start when the event lacks it. */
  endOf(number: number): number {
    return this.places[this.firstPlace + 2 * number + 1] ?? 0
  }

  /** Text `number`, `''` when the event lacks it. */
  text(number: number): string {
    return this.bytes.toString('utf8', this.startOf(number), this.endOf(number))
  }

  /** Whether the sender named the event (`id`, `source.eventId`): retries are recognised. */
  get deduplicate(): boolean {
    return this.endOf(DRAFT_TEXT.sourceEventId) > this.startOf(DRAFT_TEXT.sourceEventId)
  }

  /** RFC 8785 canonical JSON of the event. */
  get canonical(): string {
    return this.bytes.toString('utf8', this.leafStart + 1, this.leafEnd)
  }

  /** The event as a value, read anew each time: for tests and whatever is rare. */
  get event(): Event {
    return JSON.parse(this.canonical)
  }
}

/** The draft of an event that exists as a value, with its canonical text. */
export function draftOf(event: Event, canonical: string): Draft {
  const texts = textsOf(event)
  const bytes = Buffer.from(`\0${canonical}${texts.join('')}`)
  const leafEnd = 1 + Buffer.byteLength(canonical)
  const places = new Uint32Array(2 * DRAFT_TEXTS)
  let end = leafEnd
  for (const [number, text] of texts.entries()) {
    places[2 * number] = end
    end += Buffer.byteLength(text)
    places[2 * number + 1] = end
  }
  if (event.details !== undefined) {
    places.set(detailsPlace(bytes.subarray(0, leafEnd), event.id), 2 * DRAFT_TEXT.details)
  }
  return new Draft({
    bytes,
    leafStart: 0,
    leafEnd,
    places,
    firstPlace: 0,
    timeMicros: microsOf(event.time),
    receivedMicros: microsOf(event.received),
  })
}

/** In the order of `DRAFT_TEXT`, without `details`. */
function textsOf(event: Event): readonly string[] {
  const { source, actor, target, client } = event
  return [
    event.id,
    event.time,
    event.received,
    event.tenant,
    source.kind,
    source.name,
    source.eventId ?? '',
    event.action,
    event.nativeAction ?? '',
    event.category,
    event.level,
    event.outcome,
    actor?.id ?? '',
    actor?.name ?? '',
    actor?.email ?? '',
    actor?.kind ?? '',
    target?.type ?? '',
    target?.id ?? '',
    target?.name ?? '',
    target?.namespace ?? '',
    target?.repository ?? '',
    target?.tag ?? '',
    target?.digest ?? '',
    client?.ip ?? '',
    client?.userAgent ?? '',
    event.message ?? '',
  ]
}

const DETAILS_KEY = ',"details":'

/**
 * Where `details` stand in an event's canonical JSON. Keys stand in order, so it is between the
 * first `,"details":` (nothing before it can hold that text: quotes inside strings are escaped) and
 * the last `,"id":"…","level":` (nothing after it can).
 */
function detailsPlace(canonical: Buffer, id: string): readonly [start: number, end: number] {
  const start = canonical.indexOf(DETAILS_KEY) + DETAILS_KEY.length
  return [start, canonical.lastIndexOf(`,"id":"${id}","level":`)]
}

/** The text was written by the boundary, so it always reads. */
function microsOf(timestamp: string): number {
  return parseTimestamp(timestamp) ?? 0
}
