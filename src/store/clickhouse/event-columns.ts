import type { Field } from '../../core/query.ts'

/** The columns of an event in table `events`, in the order of rows read and written. */
export const EVENT_COLUMNS = [
  'origin',
  'id',
  'time',
  'received',
  'tenant',
  'source_kind',
  'source_name',
  'source_event_id',
  'event_id_is_id',
  'action',
  'native_action',
  'category',
  'level',
  'outcome',
  'actor_id',
  'actor_name',
  'actor_email',
  'actor_kind',
  'target_type',
  'target_id',
  'target_name',
  'target_namespace',
  'target_repository',
  'target_tag',
  'target_digest',
  'client_ip',
  'client_user_agent',
  'message',
  'details',
] as const

/** The columns that column `shape` of schema/001-events.sql repeats as one JSON array, in order. */
export const SHAPE_COLUMNS = [
  'origin',
  'tenant',
  'source_kind',
  'source_name',
  'event_id_is_id',
  'action',
  'native_action',
  'category',
  'level',
  'outcome',
  'actor_kind',
  'target_type',
] as const

/**
 * SQL that holds for an event whose two copies of the columns of `SHAPE_COLUMNS` agree. Pages show
 * one and filters read the other, so a change to either has to change the event's leaf.
 */
export const SHAPE_AGREES_SQL = `shape = toJSONString([${SHAPE_COLUMNS.map(
  (column) => `toString(${column})`,
).join(', ')}])`

/** What the sender called the event, as SQL. */
export const EVENT_ID_SQL = 'if(event_id_is_id, toString(id), source_event_id)'

/** The SQL expression of a field: a text, `''` where the event lacks it. */
export const FIELD_SQL: Readonly<Record<Field, string>> = {
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
