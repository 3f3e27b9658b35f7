import { EVENT_OBJECTS, FIELD_NUMBER, type FieldParent, keysIn } from '../../event/field-keys.ts'
import { EVENT_FIELDS } from '../../event/fields.ts'
import { ByteWords } from './byte-words.ts'
import { CanonicalCopy } from './canonical-copy.ts'
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

const DETAILS = FIELD_NUMBER['/details']
/** Every text has a number, and behind them every object. */
const NUMBERS = EVENT_FIELDS.length + EVENT_OBJECTS.length

const EVENT = new ByteWords<Field>(
  Object.fromEntries([
    ...keysIn('')
      .filter(({ number }) => number !== FIELD_NUMBER['/received'])
      .map(({ key, number }): [string, Field] => [key, { number }]),
    ...EVENT_OBJECTS.map((key, index): [string, Field] => [
      key,
      { number: EVENT_FIELDS.length + index, members: membersIn(key) },
    ]),
  ]),
)

function membersIn(parent: FieldParent): ByteWords<Field> {
  return new ByteWords(
    Object.fromEntries(keysIn(parent).map(({ key, number }) => [key, { number }])),
  )
}

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
  readonly starts = new Int32Array(NUMBERS)
  readonly ends = new Int32Array(NUMBERS)
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
    if (number === DETAILS) {
      return json[at] === OPEN_BRACE ? this.details.copyObject(json, at) : NOT_READ
    }
    const end = json[at] === QUOTE ? endOfPlainString(json, at + 1) : NOT_READ
    if (end < 0) return NOT_READ
    this.starts[number] = at + 1
    this.ends[number] = end
    return end + 1
  }
}
