import { ACTIONS } from '../../event/action-catalogue.ts'
import { CANONICAL_MARKS_MAX, writeCanonicalEvent } from '../../event/canonical-event.ts'
import { Draft } from '../../event/draft.ts'
import { DraftRoom } from '../../event/draft-room.ts'
import { LEVEL_OF_OUTCOME } from '../../event/event.ts'
import { FIELD_NUMBER } from '../../event/field-keys.ts'
import { EVENT_FIELDS, type EventField, type FieldKind } from '../../event/fields.ts'
import type { Reception } from '../../event/new-event.ts'
import { EVENT_BYTES_MAX, NAME_LENGTH_MAX } from '../../limits.ts'
import {
  canonicalTimestamp,
  formatTimestamp,
  parseTimestamp,
  TIME_MICROS_END,
  TIME_MICROS_MIN,
} from '../../time/timestamp.ts'
import { DIGEST } from '../../values/digest.ts'
import { canonicalIp } from '../../values/ip-address.ts'
import { repositoryProblem } from '../../values/repository-name.ts'
import { sourceProblem } from '../../values/source-name.ts'
import { isLowerCaseUuidAt, mintUuid, UUID_LENGTH } from '../../values/uuid.ts'
import { ByteWords } from './byte-words.ts'
import { EventScan } from './event-scan.ts'

/** The numbers of the fields with special rules. */
const N = {
  id: FIELD_NUMBER['/id'],
  time: FIELD_NUMBER['/time'],
  received: FIELD_NUMBER['/received'],
  tenant: FIELD_NUMBER['/tenant'],
  sourceKind: FIELD_NUMBER['/source/kind'],
  sourceName: FIELD_NUMBER['/source/name'],
  sourceEventId: FIELD_NUMBER['/source/eventId'],
  action: FIELD_NUMBER['/action'],
  category: FIELD_NUMBER['/category'],
  level: FIELD_NUMBER['/level'],
  outcome: FIELD_NUMBER['/outcome'],
  actorId: FIELD_NUMBER['/actor/id'],
  actorName: FIELD_NUMBER['/actor/name'],
  actorEmail: FIELD_NUMBER['/actor/email'],
  actorKind: FIELD_NUMBER['/actor/kind'],
  details: FIELD_NUMBER['/details'],
} as const

const FIELDS: readonly EventField[] = EVENT_FIELDS

/** Categories by action, as bytes. */
const CATEGORY_OF = new ByteWords(
  Object.fromEntries(ACTIONS.map(({ action, category }) => [action, Buffer.from(category)])),
)
/** The fields with a fixed set of words, and the words. */
const WORDS = FIELDS.flatMap(({ words = [] }, number) =>
  words.length === 0
    ? []
    : [{ number, known: new ByteWords(Object.fromEntries(words.map((word) => [word, true]))) }],
)
const DIGESTS = numbersOf('digest')
const REPOSITORIES = numbersOf('repository')
const ADDRESSES = numbersOf('address')

function numbersOf(kind: FieldKind): readonly number[] {
  return FIELDS.flatMap((field, number) => (field.kind === kind ? [number] : []))
}

/** Levels by outcome, as bytes. */
const LEVEL_OF = new ByteWords(
  Object.fromEntries(
    Object.entries(LEVEL_OF_OUTCOME).map(([outcome, level]) => [outcome, Buffer.from(level)]),
  ),
)
const OUTCOME_DEFAULT = Buffer.from('unknown')
const LEVEL_DEFAULT = Buffer.from(LEVEL_OF_OUTCOME.unknown)
const ACTOR_KIND_DEFAULT = Buffer.from('user')

/** Longest text in bytes, which is at least its length in UTF-16 units; of details, the event's. */
const BYTES_MAX = Int32Array.from(FIELDS, ({ kind, lengthMax = NAME_LENGTH_MAX }) =>
  kind === 'object' ? EVENT_BYTES_MAX : lengthMax,
)

/** Size of the buffer for a body's events, relative to the rest of the body. */
const BUFFER_GROWTH = 1.5

/** Shared by all requests: they are used within one turn of the event loop. */
const SCAN = new EventScan()
const ROOM = new DraftRoom()
const NOTHING = Buffer.alloc(0)
/** The source of each field's text: the body, or a default. */
const SOURCES: Uint8Array[] = Array.from({ length: EVENT_FIELDS.length }, () => NOTHING)

/** Defaults from a reception, as bytes that need no escapes. */
export interface ReceptionTexts {
  readonly reception: Reception
  readonly received: Buffer
  readonly sender: SenderTexts
}

/** The texts that all requests of one sender share. */
interface SenderTexts {
  readonly tenant: Buffer
  readonly sourceKind: Buffer
  readonly sourceName: Buffer
}

/** Those of the last request, since the next one usually has the same sender. */
const LAST: { names: string; texts: SenderTexts | undefined } = { names: '', texts: undefined }

/** The texts of a reception; undefined when one of them is empty or needs an escape in JSON. */
export function receptionTexts(reception: Reception): ReceptionTexts | undefined {
  const sender = senderTexts(reception)
  if (sender === undefined) return undefined
  return { reception, received: Buffer.from(formatTimestamp(reception.receivedMicros)), sender }
}

function senderTexts({ tenant, source }: Reception): SenderTexts | undefined {
  const names = `${tenant}\0${source.kind}\0${source.name}`
  if (names === LAST.names) return LAST.texts
  const isPlain = [tenant, source.kind, source.name].every(
    (name) => name !== '' && JSON.stringify(name) === `"${name}"`,
  )
  LAST.names = names
  LAST.texts = isPlain
    ? {
        tenant: Buffer.from(tenant),
        sourceKind: Buffer.from(source.kind),
        sourceName: Buffer.from(source.name),
      }
    : undefined
  return LAST.texts
}

/**
 * Converts the events of a body to drafts by copying bytes, at about half the cost of
 * `parseNewEvent`, which parses them, checks their values and serializes them again.
 *
 * It handles only common, valid events and leaves all others to the parser. Every event that it
 * accepts yields the same draft as the parser's; a property test compares them.
 */
export class EventTranscriber {
  readonly #body: Buffer
  readonly #defaults: ReceptionTexts
  #eventStart = 0
  #eventEnd = 0
  /** How much longer a canonical event can be than the event as sent. */
  readonly #addedBytesMax: number

  constructor(body: Buffer, defaults: ReceptionTexts) {
    this.#body = body
    this.#defaults = defaults
    const { tenant, sourceKind, sourceName } = defaults.sender
    this.#addedBytesMax =
      CANONICAL_MARKS_MAX + tenant.length + sourceKind.length + sourceName.length
  }

  /**
   * Reads the event whose brace opens at `at`.
   *
   * @returns the index after it, or -1 when it must be parsed.
   */
  read(at: number): number {
    this.#eventStart = at
    this.#eventEnd = SCAN.read(this.#body, at)
    return this.#eventEnd
  }

  /** The draft of the event read last; undefined when it must be parsed. */
  draft(): Draft | undefined {
    SOURCES.fill(this.#body)
    if (!this.#areSizesFine() || !this.#fillNames() || !this.#fillWords()) return undefined
    if (!this.#areFormsFine()) return undefined
    const timeMicros = this.#fillTime()
    return timeMicros === undefined ? undefined : this.#write(timeMicros)
  }

  #areSizesFine(): boolean {
    if (this.#eventEnd - this.#eventStart > EVENT_BYTES_MAX) return false
    for (let number = 0; number < EVENT_FIELDS.length; number += 1) {
      if (this.#length(number) > (BYTES_MAX[number] ?? 0)) return false
    }
    return true
  }

  /** Fills in tenant, source and id, by the rules of `parseNewEvent`. */
  #fillNames(): boolean {
    const { reception, sender } = this.#defaults
    const { tenant, sourceKind, sourceName } = sender
    if (this.#length(N.tenant) === 0) this.#set(N.tenant, tenant)
    else if (!reception.anyTenant && this.#text(N.tenant) !== reception.tenant) return false
    if (!this.#mayStateSource()) return false
    if (this.#length(N.sourceKind) === 0) this.#set(N.sourceKind, sourceKind)
    if (this.#length(N.sourceName) === 0) this.#set(N.sourceName, sourceName)
    const idLength = this.#length(N.id)
    const eventIdLength = this.#length(N.sourceEventId)
    if (idLength > 0) {
      if (idLength !== UUID_LENGTH || !this.#isUuid(N.id)) return false
      if (eventIdLength === 0) this.#copyPlace(N.sourceEventId, N.id)
    } else if (eventIdLength === UUID_LENGTH) {
      // It may still be a UUID in upper case, while the id is in lower case.
      if (!this.#isUuid(N.sourceEventId)) return false
      this.#copyPlace(N.id, N.sourceEventId)
    } else {
      this.#set(N.id, Buffer.from(mintUuid(Math.floor(reception.receivedMicros / 1000))))
    }
    return true
  }

  #mayStateSource(): boolean {
    const { starts, ends } = SCAN
    if (this.#length(N.sourceKind) + this.#length(N.sourceName) === 0) return true
    const { source, otherSources } = this.#defaults.reception
    const kind = this.#body.toString('utf8', starts[N.sourceKind], ends[N.sourceKind])
    const name = this.#body.toString('utf8', starts[N.sourceName], ends[N.sourceName])
    const stated = { kind: kind || source.kind, name: name || source.name }
    return sourceProblem(stated, source, otherSources) === undefined
  }

  #fillWords(): boolean {
    const { starts, ends } = SCAN
    const category = CATEGORY_OF.find(this.#body, starts[N.action] ?? 0, ends[N.action] ?? 0)
    if (category === undefined) return false
    for (const { number, known } of WORDS) {
      if (this.#length(number) === 0) continue
      if (known.find(this.#body, starts[number] ?? 0, ends[number] ?? 0) === undefined) return false
    }
    if (this.#length(N.category) === 0) this.#set(N.category, category)
    if (this.#length(N.level) === 0) {
      const level = LEVEL_OF.find(this.#body, starts[N.outcome] ?? 0, ends[N.outcome] ?? 0)
      this.#set(N.level, level ?? LEVEL_DEFAULT)
    }
    if (this.#length(N.outcome) === 0) this.#set(N.outcome, OUTCOME_DEFAULT)
    const isActorNamed =
      this.#length(N.actorId) + this.#length(N.actorName) + this.#length(N.actorEmail) > 0
    if (isActorNamed && this.#length(N.actorKind) === 0) this.#set(N.actorKind, ACTOR_KIND_DEFAULT)
    return true
  }

  #areFormsFine(): boolean {
    for (const number of DIGESTS) {
      if (this.#length(number) > 0 && !DIGEST.pattern.test(this.#text(number))) return false
    }
    for (const number of REPOSITORIES) {
      if (this.#length(number) === 0) continue
      if (repositoryProblem(this.#text(number)) !== undefined) return false
    }
    for (const number of ADDRESSES) if (!this.#fillAddress(number)) return false
    return true
  }

  #fillAddress(number: number): boolean {
    if (this.#length(number) === 0) return true
    const text = this.#text(number)
    const address = canonicalIp(text)
    if (address === undefined) return false
    if (address !== text) this.#set(number, Buffer.from(address))
    return true
  }

  /** Returns the time in microseconds; undefined when it is not valid for events. */
  #fillTime(): number | undefined {
    const { reception, received } = this.#defaults
    this.#set(N.received, received)
    if (this.#length(N.time) === 0) {
      this.#set(N.time, received)
      return reception.receivedMicros
    }
    const text = this.#text(N.time)
    const micros = parseTimestamp(text)
    if (micros === undefined || micros < TIME_MICROS_MIN || micros >= TIME_MICROS_END) {
      return undefined
    }
    const canonical = canonicalTimestamp(text, micros)
    if (canonical !== text) this.#set(N.time, Buffer.from(canonical))
    return micros
  }

  #write(timeMicros: number): Draft | undefined {
    const { details, starts, ends } = SCAN
    // `{}` counts as absent.
    if (details.length > 2) this.#set(N.details, details.bytes, details.length)
    this.#reserve()
    const { bytes, used: leafStart, places, placesUsed: firstPlace } = ROOM
    bytes[leafStart] = 0
    const leafEnd = writeCanonicalEvent(
      { sources: SOURCES, starts, ends },
      { bytes, start: leafStart + 1, places, firstPlace },
    )
    if (leafEnd > bytes.length || leafEnd - leafStart - 1 > EVENT_BYTES_MAX) return undefined
    ROOM.used = leafEnd
    ROOM.placesUsed += 2 * EVENT_FIELDS.length
    const { receivedMicros } = this.#defaults.reception
    return new Draft({ bytes, leafStart, leafEnd, places, firstPlace, timeMicros, receivedMicros })
  }

  /** Reserves space for one more event. */
  #reserve(): void {
    const left = this.#body.length - this.#eventStart
    const bytes = this.#eventEnd - this.#eventStart + this.#addedBytesMax
    ROOM.reserve(bytes, Math.ceil(left * BUFFER_GROWTH))
  }

  #length(number: number): number {
    return (SCAN.ends[number] ?? 0) - (SCAN.starts[number] ?? 0)
  }

  #text(number: number): string {
    return this.#body.toString('latin1', SCAN.starts[number], SCAN.ends[number])
  }

  #isUuid(number: number): boolean {
    return isLowerCaseUuidAt(this.#body, SCAN.starts[number] ?? 0)
  }

  #set(number: number, bytes: Uint8Array, length = bytes.length): void {
    SOURCES[number] = bytes
    SCAN.starts[number] = 0
    SCAN.ends[number] = length
  }

  #copyPlace(to: number, from: number): void {
    SCAN.starts[to] = SCAN.starts[from] ?? 0
    SCAN.ends[to] = SCAN.ends[from] ?? 0
  }
}
