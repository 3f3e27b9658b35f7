import { parseTimestamp } from '../time/timestamp.ts'
import type { Event } from './event.ts'
import { FIELD_NUMBER, placeOf } from './field-keys.ts'
import { EVENT_FIELDS } from './fields.ts'

const SOURCE_EVENT_ID = FIELD_NUMBER['/source/eventId']

/** The parts of a `Draft`. */
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
 * A validated event, as the bytes that are hashed and stored.
 *
 * A thousand events may arrive in one request and wait for one insert. As objects and strings they
 * would cost more than all of their processing, so the events of a request share one buffer.
 */
export class Draft {
  /** Contains the texts; other events may be in it too. */
  readonly bytes: Buffer
  /**
   * The leaf is the hash of this range: a zero byte (RFC 9162 section 2.1.1), then the RFC 8785
   * canonical JSON of the event, up to `leafEnd`.
   */
  readonly leafStart: number
  readonly leafEnd: number
  /**
   * For the field with number `n` in the table of fields, the start of its text in `bytes` is at
   * `firstPlace + 2 * n`, followed by its end. `details` is canonical JSON; the others are plain.
   */
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

  /** Where the text of a field begins in `bytes`, by its `FIELD_NUMBER`. */
  startOf(number: number): number {
    return this.places[this.firstPlace + 2 * number] ?? 0
  }

  /** Where the text of a field ends; its start when the event lacks it. */
  endOf(number: number): number {
    return this.places[this.firstPlace + 2 * number + 1] ?? 0
  }

  /** The text of a field, `''` when the event lacks it. */
  text(number: number): string {
    return this.bytes.toString('utf8', this.startOf(number), this.endOf(number))
  }

  /**
   * Whether the sender named the event (`id`, `source.eventId`), so that retries are recognized.
   */
  get deduplicate(): boolean {
    return this.endOf(SOURCE_EVENT_ID) > this.startOf(SOURCE_EVENT_ID)
  }

  /** RFC 8785 canonical JSON of the event. */
  get canonical(): string {
    return this.bytes.toString('utf8', this.leafStart + 1, this.leafEnd)
  }

  /** The event as a value, parsed anew each time; for tests and rare uses. */
  get event(): Event {
    return JSON.parse(this.canonical)
  }
}

/** The draft of an event that exists as a value, with its canonical text. */
export function draftOf(event: Event, canonical: string): Draft {
  const texts = textsOf(event)
  const bytes = Buffer.from(`\0${canonical}${texts.join('')}`)
  const leafEnd = 1 + Buffer.byteLength(canonical)
  const places = new Uint32Array(2 * EVENT_FIELDS.length)
  let end = leafEnd
  for (const [number, text] of texts.entries()) {
    places[2 * number] = end
    end += Buffer.byteLength(text)
    places[2 * number + 1] = end
  }
  if (event.details !== undefined) {
    places.set(detailsPlace(bytes.subarray(0, leafEnd), event.id), 2 * FIELD_NUMBER['/details'])
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

type Values = Readonly<Record<string, unknown>>

const PLACES = EVENT_FIELDS.map(placeOf)

/** In the order of the table of fields, `''` for details. */
function textsOf(event: Event): readonly string[] {
  const values = event as unknown as Values
  return PLACES.map(([parent, key]) => {
    const text = parent === '' ? values[key] : (values[parent] as Values | null | undefined)?.[key]
    return typeof text === 'string' ? text : ''
  })
}

const DETAILS_KEY = ',"details":'

/**
 * Where `details` is in an event's canonical JSON. Keys are ordered, so it is between the first
 * `,"details":` (nothing before it can contain that text: quotes inside strings are escaped) and
 * the last `,"id":"…","level":` (nothing after it can).
 */
function detailsPlace(canonical: Buffer, id: string): readonly [start: number, end: number] {
  const start = canonical.indexOf(DETAILS_KEY) + DETAILS_KEY.length
  return [start, canonical.lastIndexOf(`,"id":"${id}","level":`)]
}

/** The boundary wrote the text, so it is always valid. */
function microsOf(timestamp: string): number {
  return parseTimestamp(timestamp) ?? 0
}
