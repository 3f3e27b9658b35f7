import { Fault } from '../../../core/errors.ts'
import type { Event, StoredEvent } from '../../../core/event/event.ts'
import {
  EVENT_MEMBERS,
  FIELD_NUMBER,
  type FieldKey,
  fieldNumber,
} from '../../../core/event/field-keys.ts'
import { EVENT_FIELDS } from '../../../core/event/fields.ts'
import {
  EVENT_ID_IS_ID,
  OWN_COLUMNS,
  PACKED_COLUMNS,
  PACKED_SEPARATOR,
  type PackedText,
} from '../event-columns.ts'

/** Columns before the texts: seq, origin, id, time, received. */
const FIXED_COLUMNS = 5

/** The SELECT list of a whole event, a row of `EventRow`. */
export const EVENT_ROW_SQL = [
  ...['seq', 'origin', 'id', 'time', 'received'],
  ...OWN_COLUMNS.map(({ column }) => column),
  ...Object.keys(PACKED_COLUMNS),
].join(', ')

/** An event as the engine returns it; see `PACKED_COLUMNS` for the packed columns. */
export type EventRow = readonly [
  seq: number,
  origin: string,
  id: string,
  time: string,
  received: string,
  ...texts: string[],
]

const ID = FIELD_NUMBER['/id']
const TIME = FIELD_NUMBER['/time']
const RECEIVED = FIELD_NUMBER['/received']
const SOURCE_EVENT_ID = FIELD_NUMBER['/source/eventId']
const DETAILS = FIELD_NUMBER['/details']

/** Used instead of a field's number: for a derived text, and for the one that is a flag. */
const NO_FIELD = -1
const EVENT_ID_IS_ID_FLAG = -2

const OWN_NUMBERS = OWN_COLUMNS.map(fieldNumber)
const PACKED_NUMBERS = Object.values(PACKED_COLUMNS).map((texts) => texts.map(numberOfText))

function numberOfText({ name, field }: PackedText): number {
  if (field !== undefined) return fieldNumber(field)
  return name === EVENT_ID_IS_ID ? EVENT_ID_IS_ID_FLAG : NO_FIELD
}

/** The members of an event, all of the same form, which is faster to walk. */
const MEMBERS = EVENT_MEMBERS.map((one) => ({ number: NO_FIELD, members: [], ...one }))

type Values = Record<string, unknown>

/**
 * Decodes a row to the event that was stored, equal to the one that was encoded.
 *
 * Members are set in canonical order (RFC 8785), so that serializing the event yields its canonical
 * text without sorting.
 *
 * @throws Fault `store.damaged`, which names the event, for a row that was changed.
 */
export function decodeEvent(row: EventRow): StoredEvent {
  const texts = textsOf(row)
  const event: Values = {}
  for (const { key, number, members } of MEMBERS) {
    const value = number === NO_FIELD ? decodeObject(texts, members) : texts[number]
    if (number === DETAILS && value !== '') event[key] = detailsOf(row, String(value))
    else if (value !== '' && value !== undefined) event[key] = value
    else if (key === 'actor') event[key] = null
  }
  // Rows contain all required members.
  return { event: event as unknown as Event, origin: row[1], seq: row[0] }
}

function detailsOf([seq, origin]: EventRow, json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    const detail = `event ${seq} of ${origin} was altered; \`waybill verify\` checks all events`
    throw new Fault('store.damaged', { detail, cause: error })
  }
}

/** The texts of a row, by the numbers of their fields. */
function textsOf(row: EventRow): readonly string[] {
  const columns = row as readonly unknown[] as readonly string[]
  const texts = [...NO_TEXTS]
  texts[ID] = row[2]
  texts[TIME] = row[3]
  texts[RECEIVED] = row[4]
  let column = FIXED_COLUMNS
  for (let index = 0; index < OWN_NUMBERS.length; index += 1, column += 1) {
    texts[OWN_NUMBERS[index] ?? 0] = columns[column] ?? ''
  }
  let isEventIdId = false
  for (let index = 0; index < PACKED_NUMBERS.length; index += 1, column += 1) {
    const numbers = PACKED_NUMBERS[index] ?? []
    // The engine returns what was stored, so the number of texts is right.
    const packed = columns[column]?.split(PACKED_SEPARATOR) ?? []
    for (let place = 0; place < numbers.length; place += 1) {
      const number = numbers[place] ?? NO_FIELD
      if (number === EVENT_ID_IS_ID_FLAG) isEventIdId = packed[place] === '1'
      else if (number !== NO_FIELD) texts[number] = packed[place] ?? ''
    }
  }
  if (isEventIdId) texts[SOURCE_EVENT_ID] = row[2]
  return texts
}

const NO_TEXTS: readonly string[] = EVENT_FIELDS.map(() => '')

/** Undefined for an object without members. */
function decodeObject(texts: readonly string[], members: readonly FieldKey[]): Values | undefined {
  let object: Values | undefined
  for (const { key, number } of members) {
    const text = texts[number] ?? ''
    if (text === '') continue
    object ??= {}
    object[key] = text
  }
  return object
}
