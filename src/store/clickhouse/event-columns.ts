import type { Field } from '../../core/query.ts'

/** Stands between packed texts: no text of an event has it, and no search finds it. */
export const PACKED_SEPARATOR = '\0'

/**
 * The packed columns of table `events` and the texts in each, in order. The schema declares these
 * texts as columns too (`ALIAS`), which is how conditions and exports name them.
 */
export const PACKED_COLUMNS = {
  // What few combinations occur of. Full-text search looks at the last five.
  shape: [
    'level',
    'category',
    'source_kind',
    'event_id_is_id',
    'target_members',
    'actor_kind',
    'action',
    'native_action',
    'outcome',
    'source_name',
    'target_type',
  ],
  actor: ['actor_id', 'actor_name', 'actor_email'],
  // Full-text search looks at the first five.
  texts: ['details', 'message', 'escaped_words', 'target_id', 'target_name', 'source_event_id'],
  request: ['request_key', 'request_body_sha256'],
} as const

/** The fields whose values the texts of `shape` are. It tells `verb` too, which is in `action`. */
export const SHAPE_FIELDS: Readonly<
  Record<(typeof PACKED_COLUMNS.shape)[number], Field | undefined>
> = {
  level: 'level',
  category: 'category',
  source_kind: 'sourceKind',
  event_id_is_id: undefined,
  target_members: undefined,
  actor_kind: 'actorKind',
  action: 'action',
  native_action: 'nativeAction',
  outcome: 'outcome',
  source_name: 'sourceName',
  target_type: 'targetType',
}

/** The letter of each member of a target in `target_members`, and its column, in order. */
export const TARGET_MEMBERS = [
  ['d', 'target_digest'],
  ['i', 'target_id'],
  ['n', 'target_name'],
  ['s', 'target_namespace'],
  ['r', 'target_repository'],
  ['t', 'target_tag'],
] as const

/** SQL of what `target_members` has to be. */
const TARGET_MEMBERS_SQL = `concat(${TARGET_MEMBERS.map(
  ([letter, column]) => `if(${column} = '', '', '${letter}')`,
).join(', ')})`

/**
 * SQL that holds for an event that has in its columns only what its leaf tells of: packed columns
 * have as many texts as they should, no names stand beside an actor that is null,
 * `target_members`, which filters go by, is true, and a SHA-256 stands as filters look for it.
 */
export const WHOLE_EVENT_SQL = [
  ...Object.entries(PACKED_COLUMNS).map(
    ([column, texts]) => `countSubstrings(${column}, '\\0') = ${texts.length - 1}`,
  ),
  "(actor_kind != '' OR actor = '\\0\\0')",
  `target_members = ${TARGET_MEMBERS_SQL}`,
  "NOT match(digest, '^sha256:[0-9a-f]{64}$')",
].join(' AND ')

/** What the sender called the event, as SQL. */
export const EVENT_ID_SQL = "if(event_id_is_id = '1', toString(id), source_event_id)"

/** The SQL expression of a field: a text, `''` where the event lacks it. */
export const FIELD_SQL: Readonly<Record<Field, string>> = {
  tenant: 'tenant',
  id: 'toString(id)',
  eventId: EVENT_ID_SQL,
  sourceKind: 'source_kind',
  sourceName: 'source_name',
  action: 'action',
  verb: "substring(action, position(action, '.') + 1)",
  nativeAction: 'native_action',
  category: 'category',
  level: 'level',
  outcome: 'outcome',
  actorId: 'actor_id',
  actorName: 'actor_name',
  actorEmail: 'actor_email',
  actorKind: 'actor_kind',
  targetType: 'target_type',
  targetId: 'target_id',
  targetName: 'target_name',
  namespace: 'target_namespace',
  repository: 'target_repository',
  tag: 'target_tag',
  digest: 'target_digest',
  ip: 'client_ip',
  userAgent: 'client_user_agent',
}
