import { ByteWords } from './byte-words.ts'
import { CanonicalCopy } from './canonical-copy.ts'
import { DRAFT_TEXT, DRAFT_TEXTS } from './draft.ts'
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  endOfPlainString,
  isNullAt,
  OPEN_BRACE,
  QUOTE,
  skipBlanks,
} from './json-bytes.ts'

interface Field {
  /** Number of the text, or of the object behind the texts. */
  readonly number: number
  /** The fields of an object; absent for a text. */
  readonly members?: ByteWords<Field>
}

const NOT_READ = -1

const text = (number: number): Field => ({ number })

const SOURCE = new ByteWords({
  kind: text(DRAFT_TEXT.sourceKind),
  name: text(DRAFT_TEXT.sourceName),
  eventId: text(DRAFT_TEXT.sourceEventId),
})
const ACTOR = new ByteWords({
  id: text(DRAFT_TEXT.actorId),
  name: text(DRAFT_TEXT.actorName),
  email: text(DRAFT_TEXT.actorEmail),
  kind: text(DRAFT_TEXT.actorKind),
})
const TARGET = new ByteWords({
  type: text(DRAFT_TEXT.targetType),
  id: text(DRAFT_TEXT.targetId),
  name: text(DRAFT_TEXT.targetName),
  namespace: text(DRAFT_TEXT.targetNamespace),
  repository: text(DRAFT_TEXT.targetRepository),
  tag: text(DRAFT_TEXT.targetTag),
  digest: text(DRAFT_TEXT.targetDigest),
})
const CLIENT = new ByteWords({
  ip: text(DRAFT_TEXT.clientIp),
  userAgent: text(DRAFT_TEXT.clientUserAgent),
})
const EVENT = new ByteWords<Field>({
  id: text(DRAFT_TEXT.id),
  time: text(DRAFT_TEXT.time),
  tenant: text(DRAFT_TEXT.tenant),
  source: { number: DRAFT_TEXTS, members: SOURCE },
  action: text(DRAFT_TEXT.action),
  nativeAction: text(DRAFT_TEXT.nativeAction),
  category: text(DRAFT_TEXT.category),
  level: text(DRAFT_TEXT.level),
  outcome: text(DRAFT_TEXT.outcome),
  actor: { number: DRAFT_TEXTS + 1, members: ACTOR },
  target: { number: DRAFT_TEXTS + 2, members: TARGET },
  client: { number: DRAFT_TEXTS + 3, members: CLIENT },
  message: text(DRAFT_TEXT.message),
  details: text(DRAFT_TEXT.details),
})

const FIELDS = DRAFT_TEXTS + 4

/**
 * Finds the texts of one event in JSON text, without making a value of it: what most events are
 * made of can be copied from where it stands.
 *
 * It reads only events without anything unusual: known fields, each once, strings without escapes,
 * details that `CanonicalCopy` can copy. What it does not read is for the parser, which may accept
 * it all the same; what it reads is JSON of that form.
 */
export class EventScan {
  /** Of each text, where it begins and ends in the JSON; both the same when it is left out. */
  readonly starts = new Int32Array(FIELDS)
  readonly ends = new Int32Array(FIELDS)
  /** Holds the details. */
  readonly details = new CanonicalCopy()
  #json: Uint8Array = new Uint8Array()

  /**
   * @param at where the event's brace opens.
   * @returns the index behind the event, or -1 when it has to be parsed.
   */
  read(json: Uint8Array, at: number): number {
    this.#json = json
    this.starts.fill(0)
    this.ends.fill(0)
    this.details.length = 0
    return this.#object(at, EVENT)
  }

  #object(at: number, fields: ByteWords<Field>): number {
    const json = this.#json
    let index = skipBlanks(json, at + 1)
    if (json[index] === CLOSE_BRACE) return index + 1
    for (;;) {
      if (json[index] !== QUOTE) return NOT_READ
      const keyEnd = endOfPlainString(json, index + 1)
      const field = keyEnd < 0 ? undefined : fields.find(json, index + 1, keyEnd)
      // Nothing stands at index 0 but the first brace: a field that begins later was read before.
      if (field === undefined || this.starts[field.number] !== 0) return NOT_READ
      const colon = skipBlanks(json, keyEnd + 1)
      if (json[colon] !== COLON) return NOT_READ
      index = this.#value(skipBlanks(json, colon + 1), field)
      if (index < 0) return NOT_READ
      index = skipBlanks(json, index)
      if (json[index] === CLOSE_BRACE) return index + 1
      if (json[index] !== COMMA) return NOT_READ
      index = skipBlanks(json, index + 1)
    }
  }

  #value(at: number, { number, members }: Field): number {
    const json = this.#json
    this.starts[number] = at
    this.ends[number] = at
    if (isNullAt(json, at)) return at + 4
    if (members !== undefined) return json[at] === OPEN_BRACE ? this.#object(at, members) : NOT_READ
    if (number === DRAFT_TEXT.details) {
      return json[at] === OPEN_BRACE ? this.details.copyObject(json, at) : NOT_READ
    }
    const end = json[at] === QUOTE ? endOfPlainString(json, at + 1) : NOT_READ
    if (end < 0) return NOT_READ
    this.starts[number] = at + 1
    this.ends[number] = end
    return end + 1
  }
}
