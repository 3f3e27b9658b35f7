import {
  EVENT_MEMBERS,
  FIELD_NUMBER,
  type FieldKey,
  type FieldParent,
  fieldAt,
  inKeyOrder,
  type ObjectKey,
} from '../../core/event/field-keys.ts'
import { DIGEST_COLUMN, OWN_COLUMNS } from './event-columns.ts'

/** RE2 in an SQL literal, hence the doubled backslashes. */
const UNLIKE_JCS = '[\\\\x00-\\\\x1f\\\\x{2028}\\\\x{2029}]'
/** What JSON escapes, except NUL, which separates packed texts; an SQL literal of RE2 too. */
const ESCAPED = '"\\\\\\\\\\\\x01-\\\\x1f\\\\x{2028}\\\\x{2029}'

/**
 * SQL that writes an event of table `events` as canonical JSON (RFC 8785) in the engine, which is
 * faster than parsing and serializing rows here.
 *
 * Nearly all events have only texts that JSON shows as they are. These are put together without
 * looking at each text again, in less than half of the time.
 *
 * @param withSeq whether `seq` is a member too, as in exports; leaves are made without it.
 */
export function canonicalJsonSql({ withSeq }: { readonly withSeq: boolean }): string {
  const verbatim = eventSql(withSeq, (column) => [literal('"'), { sql: column }, literal('"')])
  const escaped = eventSql(withSeq, (column) => [{ sql: jsonTextSql(column) }])
  return `if(${VERBATIM_SQL}, ${verbatim}, ${escaped})`
}

/** Writes the text of a column as JSON. */
type WriteText = (column: string) => readonly Piece[]

/** A part of the JSON text: fixed, or SQL for it. */
type Piece = { readonly literal: string } | { readonly sql: string }

function literal(text: string): Piece {
  return { literal: text }
}

function eventSql(withSeq: boolean, write: WriteText): string {
  const seq = withSeq ? [always('seq', [{ sql: 'toString(seq)' }])] : []
  const members = EVENT_MEMBERS.map((one) =>
    'members' in one ? objectMember(one, write) : memberOf(one.key, one.number, write),
  )
  return concatSql(objectPieces(inKeyOrder([...seq, ...members])))
}

function objectMember({ key, members: keys }: ObjectKey, write: WriteText): Member {
  const value = objectPieces(keys.flatMap((one) => membersOf(key, one, write)))
  // A source is always present, and an actor is null or an object.
  if (key === 'source') return always(key, value)
  if (key === 'actor') {
    return always(key, [{ sql: `if(actor_kind = '', 'null', ${concatSql(value)})` }])
  }
  const columns = keys.map(({ number }) => `${fieldAt(number).column} != ''`)
  return { key, value, when: columns.join(' OR ') }
}

function membersOf(
  parent: FieldParent,
  { key, number }: FieldKey,
  write: WriteText,
): readonly Member[] {
  const member = memberOf(key, number, write)
  // An actor that is present has a kind.
  if (parent === 'actor' && key === 'kind') return [always(key, member.value)]
  // The source's id is stored only once when it equals the id.
  return number === FIELD_NUMBER['/source/eventId']
    ? [{ key, value: ID, when: "event_id_is_id = '1'" }, member]
    : [member]
}

function memberOf(key: string, number: number, write: WriteText): Member {
  const { kind, column, isRequired } = fieldAt(number)
  if (kind === 'uuid') return always(key, ID)
  if (kind === 'time') return always(key, [{ sql: timeSql(column) }])
  const value = kind === 'object' ? [{ sql: column }] : write(column)
  return isRequired ? always(key, value) : { key, value, when: `${column} != ''` }
}

/** A member of a JSON object: its JSON text, and the condition for its presence. */
interface Member {
  readonly key: string
  readonly value: readonly Piece[]
  /** SQL condition; absent when the member is always present. */
  readonly when?: string
}

function always(key: string, value: readonly Piece[]): Member {
  return { key, value }
}

/**
 * An optional member has its comma on the side of the first one that is always present. Without
 * one, all have it in front, and the first comma is removed.
 */
function objectPieces(members: readonly Member[]): readonly Piece[] {
  const first = members.findIndex(({ when }) => when === undefined)
  const pieces = members.flatMap((member, at) =>
    memberPieces(member, { before: at > first ? ',' : '', after: at < first ? ',' : '' }),
  )
  const inner = first < 0 ? [{ sql: `substring(${concatSql(pieces)}, 2)` }] : pieces
  return [literal('{'), ...inner, literal('}')]
}

function memberPieces(
  { key, value, when }: Member,
  { before, after }: { readonly before: string; readonly after: string },
): readonly Piece[] {
  const pieces = [literal(`${before}"${key}":`), ...value, literal(after)]
  return when === undefined ? pieces : [{ sql: `if(${when}, ${concatSql(pieces)}, '')` }]
}

/** Neighboring literals become one argument, because each argument costs time for each row. */
function concatSql(pieces: readonly Piece[]): string {
  const parts: string[] = []
  let text = ''
  for (const piece of [...pieces, { sql: '' }]) {
    if ('literal' in piece) text += piece.literal
    else {
      if (text !== '') parts.push(`'${text}'`)
      if (piece.sql !== '') parts.push(piece.sql)
      text = ''
    }
  }
  return `concat(${parts.join(', ')})`
}

/**
 * Holds for an event whose texts are all as JSON shows them between quotes. Columns are tested as
 * they are stored, since the engine looks once at a value that repeats.
 */
const VERBATIM_SQL = (() => {
  // Behind the details, which are JSON already.
  const texts = "substring(texts, position(texts, '\\0') + 1)"
  const packed = ['shape', 'actor', texts]
  const own = OWN_COLUMNS.map(({ kind, column }) =>
    // The bytes of a SHA-256 are shown in hex.
    kind === 'digest' ? `if(length(${DIGEST_COLUMN}) = 32, '', ${column})` : column,
  )
  const tests = [
    ...packed.map((sql) => `match(${sql}, '[${ESCAPED}]')`),
    ...own.map((sql) => `match(${sql}, '[\\\\x00${ESCAPED}]')`),
  ]
  return `NOT (${tests.join(' OR ')})`
})()

/**
 * A string in JCS form. The engine's own function differs for characters that are rare in events
 * (it writes control characters with capital hex digits, and escapes U+2028 and U+2029). Strings
 * with those are escaped here, character by character.
 */
function jsonTextSql(column: string): string {
  return `if(match(${column}, '${UNLIKE_JCS}'), ${escapeSql(column)}, toJSONString(${column}))`
}

function escapeSql(column: string): string {
  const escapeOne = '(text, escape) -> replaceAll(text, escape.1, escape.2)'
  return `concat('"', arrayFold(${escapeOne}, ${ESCAPES}, ${column}::String), '"')`
}

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  8: '\\b',
  9: '\\t',
  10: '\\n',
  12: '\\f',
  13: '\\r',
}

/**
 * Pairs of a character and its escape, as an SQL array; backslash first, because the others add
 * some.
 */
const ESCAPES = (() => {
  const controls = Array.from({ length: 0x20 }, (_, code) => {
    const hex = code.toString(16).padStart(2, '0')
    const escaped = SHORT_ESCAPES[code] ?? `\\u00${hex}`
    return `('\\x${hex}', '${escaped.replaceAll('\\', '\\\\')}')`
  })
  return `[('\\\\', '\\\\\\\\'), ('"', '\\\\"'), ${controls.join(', ')}]`
})()

/** RFC 3339 with six decimals; the column is in UTC. */
function timeSql(column: string): string {
  return `formatDateTime(${column}, '"%Y-%m-%dT%H:%i:%S.%fZ"')`
}

/** A UUID needs no escape. */
const ID = [literal('"'), { sql: 'toString(id)' }, literal('"')]
