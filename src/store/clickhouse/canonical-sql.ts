import {
  EVENT_MEMBERS,
  FIELD_NUMBER,
  type FieldKey,
  type FieldParent,
  fieldAt,
  inKeyOrder,
  type ObjectKey,
} from '../../core/event/field-keys.ts'

/**
 * SQL that writes an event of table `events` as canonical JSON (RFC 8785) in the engine, which is
 * faster than parsing and serializing rows here.
 *
 * @param withSeq whether `seq` is a member too, as in exports; leaves are made without it.
 */
export function canonicalJsonSql({ withSeq }: { readonly withSeq: boolean }): string {
  const seq = withSeq ? [always('seq', 'toString(seq)')] : []
  const members = EVENT_MEMBERS.map((one) =>
    'members' in one ? objectMember(one) : memberOf(one.key, one.number),
  )
  return objectSql(inKeyOrder([...seq, ...members]))
}

function objectMember({ key, members: keys }: ObjectKey): Member {
  const value = objectSql(keys.flatMap((one) => membersOf(key, one)))
  // A source is always present, and an actor is null or an object.
  if (key === 'source') return always(key, value)
  if (key === 'actor') return always(key, `if(actor_kind = '', 'null', ${value})`)
  const columns = keys.map(({ number }) => `${fieldAt(number).column} != ''`)
  return { ...always(key, value), when: columns.join(' OR ') }
}

function membersOf(parent: FieldParent, { key, number }: FieldKey): readonly Member[] {
  const member = memberOf(key, number)
  // An actor that is present has a kind.
  if (parent === 'actor' && key === 'kind') return [always(key, member.value)]
  // The source's id is stored only once when it equals the id.
  return number === FIELD_NUMBER['/source/eventId']
    ? [{ ...always(key, ID), when: "event_id_is_id = '1'" }, member]
    : [member]
}

function memberOf(key: string, number: number): Member {
  const { kind, column, isRequired } = fieldAt(number)
  if (kind === 'uuid') return always(key, ID)
  if (kind === 'time') return always(key, timeSql(column))
  if (kind === 'object') return { ...always(key, column), when: `${column} != ''` }
  return isRequired ? always(key, textSql(column)) : optional(key, column)
}

/** A member of a JSON object: SQL for its JSON text, and the condition for its presence. */
interface Member {
  readonly key: string
  readonly value: string
  /** SQL condition; absent when the member is always present. */
  readonly when?: string
}

function always(key: string, value: string): Member {
  return { key, value }
}

/** A member with the text of a column, omitted when that is empty. */
function optional(key: string, column: string): Member {
  return { key, value: textSql(column), when: `${column} != ''` }
}

/** Each member is written after a comma, and the first comma is removed. */
function objectSql(members: readonly Member[]): string {
  const pieces = members.map(({ key, value, when }) => {
    const piece = `concat(',"${key}":', ${value})`
    return when === undefined ? piece : `if(${when}, ${piece}, '')`
  })
  return `concat('{', substring(concat(${pieces.join(', ')}), 2), '}')`
}

/**
 * A string in JCS form. The engine's own function differs for characters that are rare in events
 * (it writes control characters with capital hex digits, and escapes U+2028 and U+2029). Strings
 * with those are escaped here, character by character.
 */
function textSql(column: string): string {
  return `if(match(${column}, '${UNLIKE_JCS}'), ${escapeSql(column)}, toJSONString(${column}))`
}

/** RE2 in an SQL literal, hence the doubled backslashes. */
const UNLIKE_JCS = '[\\\\x00-\\\\x1f\\\\x{2028}\\\\x{2029}]'

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
const ID = `concat('"', toString(id), '"')`
