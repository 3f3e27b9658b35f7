/**
 * SQL that writes an event of table `events` as canonical JSON (RFC 8785) inside the engine, faster
 * than rows that are parsed, rebuilt and serialised here.
 *
 * @param withSeq whether `seq` is a member too, as in exports; leaves are made without it.
 */
export function canonicalJsonSql({ withSeq }: { readonly withSeq: boolean }): string {
  const seq = withSeq ? [always('seq', 'toString(seq)')] : []
  return objectSql([
    always('action', textSql('action')),
    always('actor', `if(actor_kind = '', 'null', ${objectSql(ACTOR)})`),
    always('category', textSql('category')),
    { ...always('client', objectSql(CLIENT)), when: "client_ip != '' OR client_user_agent != ''" },
    { ...always('details', 'details'), when: "details != ''" },
    always('id', ID),
    always('level', textSql('level')),
    optional('message', 'message'),
    optional('nativeAction', 'native_action'),
    always('outcome', textSql('outcome')),
    always('received', timeSql('received')),
    ...seq,
    always('source', objectSql(SOURCE)),
    { ...always('target', objectSql(TARGET)), when: HAS_TARGET },
    always('tenant', textSql('tenant')),
    always('time', timeSql('time')),
  ])
}

/** A member of a JSON object: its value as SQL that gives JSON text, and when it is there. */
interface Member {
  readonly key: string
  readonly value: string
  /** SQL condition; absent: always. */
  readonly when?: string
}

function always(key: string, value: string): Member {
  return { key, value }
}

/** A member with the text of a column, left out when that is empty. */
function optional(key: string, column: string): Member {
  return { key, value: textSql(column), when: `${column} != ''` }
}

/** Each member is written with a comma before it, and the first comma is cut off. */
function objectSql(members: readonly Member[]): string {
  const pieces = members.map(({ key, value, when }) => {
    const piece = `concat(',"${key}":', ${value})`
    return when === undefined ? piece : `if(${when}, ${piece}, '')`
  })
  return `concat('{', substring(concat(${pieces.join(', ')}), 2), '}')`
}

/**
 * A text as JCS writes it. The engine's own function differs for characters that are rare in
 * events (it writes control characters with capital digits, and escapes U+2028 and U+2029): texts
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

/** Pairs of a character and its escape, as an SQL array; backslash first: the rest add some. */
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

const ACTOR = [
  optional('email', 'actor_email'),
  optional('id', 'actor_id'),
  always('kind', textSql('actor_kind')),
  optional('name', 'actor_name'),
]

const CLIENT = [optional('ip', 'client_ip'), optional('userAgent', 'client_user_agent')]

const SOURCE = [
  { ...always('eventId', ID), when: "event_id_is_id = '1'" },
  optional('eventId', 'source_event_id'),
  always('kind', textSql('source_kind')),
  always('name', textSql('source_name')),
]

const TARGET = [
  optional('digest', 'target_digest'),
  optional('id', 'target_id'),
  optional('name', 'target_name'),
  optional('namespace', 'target_namespace'),
  optional('repository', 'target_repository'),
  optional('tag', 'target_tag'),
  optional('type', 'target_type'),
]

const HAS_TARGET = TARGET.map(({ when }) => when).join(' OR ')
