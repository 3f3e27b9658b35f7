import { fieldAt, keysIn } from '../../core/event/field-keys.ts'
import { EVENT_FIELDS, type EventField, type PackedColumn } from '../../core/event/fields.ts'
import type { Field } from '../../core/query/query.ts'

/** Separates packed texts: it occurs in no text of an event, and no search matches it. */
export const PACKED_SEPARATOR = '\0'

/** Flags that the source's id equals the event's id, which is then not stored twice. */
export const EVENT_ID_IS_ID = 'event_id_is_id'
/** Words of `details` that its JSON escapes hide from full-text search. */
export const ESCAPED_WORDS = 'escaped_words'

/** Texts of packed columns that are derived from fields. */
const DERIVED_TEXTS = [
  { column: EVENT_ID_IS_ID, packed: ['shape', 3] },
  { column: 'target_members', packed: ['shape', 4] },
  { column: ESCAPED_WORDS, packed: ['texts', 2] },
] as const

const FIELDS: readonly EventField[] = EVENT_FIELDS

/** A text in a packed column. */
export interface PackedText {
  /** The name under which the schema declares it (`ALIAS`), which conditions and exports use. */
  readonly name: string
  /** Absent for a text that is not a field. */
  readonly field?: EventField
}

/**
 * The packed columns of table `events` and their texts, in order. `shape` holds texts that occur in
 * few combinations.
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

/** The columns with a single field, except `id`, `time` and `received`, in the order of a row. */
export const OWN_COLUMNS: readonly EventField[] = FIELDS.filter(
  ({ packed, kind }) => packed === undefined && kind !== 'uuid' && kind !== 'time',
)

/** The column that stores digests in a special form; see `stored-digest.ts`. */
export const DIGEST_COLUMN = 'digest'

/** The fields that a target may have and their letters in `target_members`, in order. */
export const TARGET_MEMBERS: readonly TargetMember[] = keysIn('target').flatMap(({ number }) => {
  const { member: letter, ...field }: EventField = fieldAt(number)
  return letter === undefined ? [] : [{ letter, field, number }]
})

/** The name of a field in conditions; undefined when it has none. */
export function filterOf({ filter }: EventField): Field | undefined {
  return filter as Field | undefined
}

interface TargetMember {
  readonly letter: string
  readonly field: EventField
  readonly number: number
}

/** SQL that holds for the correct `target_members`. Each letter is looked up once for all rows. */
const TARGET_MEMBERS_SQL = [
  `match(target_members, '^${TARGET_MEMBERS.map(({ letter }) => `${letter}?`).join('')}$')`,
  ...TARGET_MEMBERS.map(
    ({ letter, field }) => `(position(target_members, '${letter}') > 0) = (${field.column} != '')`,
  ),
].join(' AND ')

/**
 * SQL that holds for an event whose columns contain nothing beyond what its leaf shows: packed
 * columns have the right number of texts, a null actor has no names, `target_members`, which
 * filters use, is correct, and a SHA-256 is stored in the form that filters look for.
 */
export const WHOLE_EVENT_SQL = [
  ...Object.entries({ ...PACKED_COLUMNS, request: REQUEST_TEXTS }).map(
    ([column, texts]) => `countSubstrings(${column}, '\\0') = ${texts.length - 1}`,
  ),
  "(actor_kind != '' OR actor = '\\0\\0')",
  "event_id_is_id IN ('', '1')",
  TARGET_MEMBERS_SQL,
  "NOT match(digest, '^sha256:[0-9a-f]{64}$')",
].join(' AND ')

/** SQL of the source's id of an event. */
export const EVENT_ID_SQL = "if(event_id_is_id = '1', toString(id), source_event_id)"

/** The SQL expression of a field: a text, `''` if the event lacks it. */
export const FIELD_SQL: Readonly<Record<Field, string>> = {
  ...(Object.fromEntries(
    FIELDS.flatMap(({ filter, column }) => (filter === undefined ? [] : [[filter, column]])),
  ) as Record<Field, string>),
  id: 'toString(id)',
  eventId: EVENT_ID_SQL,
  verb: "substring(action, position(action, '.') + 1)",
}
