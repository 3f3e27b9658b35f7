import { fieldAt, keysIn } from '../../core/event/field-keys.ts'
import { EVENT_FIELDS, type EventField, type PackedColumn } from '../../core/event/fields.ts'
import type { Field } from '../../core/query/query.ts'

/** Stands between packed texts: no text of an event has it, and no search finds it. */
export const PACKED_SEPARATOR = '\0'

/** Says that what the source called the event is the event's id, which is not stored twice. */
export const EVENT_ID_IS_ID = 'event_id_is_id'
/** Words of `details` that its JSON escapes hide from full-text search. */
export const ESCAPED_WORDS = 'escaped_words'

/** Texts of packed columns that are no fields: what they say follows from fields. */
const DERIVED_TEXTS = [
  { column: EVENT_ID_IS_ID, packed: ['shape', 3] },
  { column: 'target_members', packed: ['shape', 4] },
  { column: ESCAPED_WORDS, packed: ['texts', 2] },
] as const

const FIELDS: readonly EventField[] = EVENT_FIELDS

/** A text in a packed column. */
export interface PackedText {
  /** As what the schema declares it (`ALIAS`), which is how conditions and exports name it. */
  readonly name: string
  /** Absent for a text that is no field's. */
  readonly field?: EventField
}

/**
 * The packed columns of table `events` and the texts in each, in order. `shape` holds what few
 * combinations occur of.
 */
export const PACKED_COLUMNS: Readonly<Record<PackedColumn, readonly PackedText[]>> = {
  shape: textsIn('shape'),
  actor: textsIn('actor'),
  texts: textsIn('texts'),
}

/** The texts of column `request`, which is not part of an event. */
const REQUEST_TEXTS = ['request_key', 'request_body_sha256']

function textsIn(packedColumn: PackedColumn): readonly PackedText[] {
  return [...FIELDS, ...DERIVED_TEXTS]
    .flatMap((one) => {
      const [column, place] = one.packed ?? []
      if (column !== packedColumn || place === undefined) return []
      return [{ place, name: one.column, ...('path' in one && { field: one }) }]
    })
    .sort((left, right) => left.place - right.place)
    .map(({ place: _place, ...text }) => text)
}

/** The columns of one field each, but for `id`, `time` and `received`, in the order of a row. */
export const OWN_COLUMNS: readonly EventField[] = FIELDS.filter(
  ({ packed, kind }) => packed === undefined && kind !== 'uuid' && kind !== 'time',
)

/** The field whose column `digest` holds it in a form of its own: see `stored-digest.ts`. */
export const DIGEST_COLUMN = 'digest'

/** The fields that a target may have and their letters in `target_members`, in order. */
export const TARGET_MEMBERS: readonly TargetMember[] = keysIn('target').flatMap(({ number }) => {
  const { member: letter, ...field }: EventField = fieldAt(number)
  return letter === undefined ? [] : [{ letter, field, number }]
})

/** What conditions name a field by; undefined when none can. */
export function filterOf({ filter }: EventField): Field | undefined {
  return filter as Field | undefined
}

interface TargetMember {
  readonly letter: string
  readonly field: EventField
  readonly number: number
}

/** SQL of what `target_members` has to be. */
const TARGET_MEMBERS_SQL = `concat(${TARGET_MEMBERS.map(
  ({ letter, field }) => `if(${field.column} = '', '', '${letter}')`,
).join(', ')})`

/**
 * SQL that holds for an event that has in its columns only what its leaf tells of: packed columns
 * have as many texts as they should, no names stand beside an actor that is null,
 * `target_members`, which filters go by, is true, and a SHA-256 stands as filters look for it.
 */
export const WHOLE_EVENT_SQL = [
  ...Object.entries({ ...PACKED_COLUMNS, request: REQUEST_TEXTS }).map(
    ([column, texts]) => `countSubstrings(${column}, '\\0') = ${texts.length - 1}`,
  ),
  "(actor_kind != '' OR actor = '\\0\\0')",
  "event_id_is_id IN ('', '1')",
  `target_members = ${TARGET_MEMBERS_SQL}`,
  "NOT match(digest, '^sha256:[0-9a-f]{64}$')",
].join(' AND ')

/** What the sender called the event, as SQL. */
export const EVENT_ID_SQL = "if(event_id_is_id = '1', toString(id), source_event_id)"

/** The SQL expression of a field: a text, `''` where the event lacks it. */
export const FIELD_SQL: Readonly<Record<Field, string>> = {
  ...(Object.fromEntries(
    FIELDS.flatMap(({ filter, column }) => (filter === undefined ? [] : [[filter, column]])),
  ) as Record<Field, string>),
  id: 'toString(id)',
  eventId: EVENT_ID_SQL,
  verb: "substring(action, position(action, '.') + 1)",
}
