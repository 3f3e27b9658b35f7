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
  /** Number of the text, or of the object, whose numbers follow those of the texts. */
  readonly number: number
  /** The fields of an object; absent for a text. */
  readonly members?: ByteWords<Field>
}

const NOT_READ = -1

const DETAILS = FIELD_NUMBER['/details']
/** Every text has a number, followed by those of the objects. */
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
 * Finds the texts of one event in JSON text without creating a value: most events can be copied
 * from the body.
 *
 * It reads only ordinary events: known fields, each once, strings without escapes, details that
 * `CanonicalCopy` can copy. All others are left to the parser, which may accept them. Whatever it
 * reads is JSON of that form.
 */
export class EventScan {
  /** Start and end of each text in the JSON; equal when the text is absent. */
  readonly starts = new Int32Array(NUMBERS)
  readonly ends = new Int32Array(NUMBERS)
  /** Contains the details. */
  readonly details = new CanonicalCopy()
  #json: Uint8Array = new Uint8Array()

  /**
   * @param at where the event's brace opens.
   *
   * @returns the index after the event, or -1 when it must be parsed.
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
      // Only the first brace is at index 0, so a field with another start was read before.
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
