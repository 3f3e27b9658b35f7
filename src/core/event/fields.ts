import { MESSAGE_LENGTH_MAX, REPOSITORY_LENGTH_MAX, USER_AGENT_LENGTH_MAX } from '../limits.ts'
import { ACTOR_KINDS, CATEGORIES, LEVELS, OUTCOMES } from './event.ts'

/** The kind of a field's values, which the boundary validates. */
export type FieldKind =
  | 'text'
  | 'word'
  | 'uuid'
  | 'time'
  | 'action'
  | 'repository'
  | 'digest'
  | 'address'
  | 'object'

/** A column that contains several texts; see the store's `event-columns.ts`. */
export type PackedColumn = 'shape' | 'actor' | 'texts'

/** A field of an event. */
export interface EventField extends FieldTraits {
  /** JSON pointer (RFC 6901). */
  readonly path: string
  /** Its name in a store and in exports. */
  readonly column: string
}

interface FieldTraits {
  /** Default `text`. */
  readonly kind?: FieldKind
  /** All values of a word. */
  readonly words?: readonly string[]
  /** Longest value, in UTF-16 units (default `NAME_LENGTH_MAX`). */
  readonly lengthMax?: number
  /** Whether every event has it. */
  readonly isRequired?: boolean
  /** Its name in conditions; absent when conditions cannot use it. */
  readonly filter?: string
  /** The packed column that contains it, and its position there; absent for a column of its own. */
  readonly packed?: readonly [column: PackedColumn, place: number]
  /** The letter that shows that an event's target has it. */
  readonly member?: string
  /** Whether full-text search covers it. */
  readonly isSearched?: boolean
}

const field = <
  const Path extends `/${string}`,
  const Column extends string,
  const Traits extends FieldTraits,
>(
  path: Path,
  column: Column,
  traits: Traits,
) => ({ path, column, ...traits })

/**
 * Every field of an event, in the order of exports. Derived from this table are the names and
 * limits that the boundary checks, the texts of a draft, the canonical JSON, the rows of a store
 * with their SQL, and the columns of exports.
 */
export const EVENT_FIELDS = [
  field('/id', 'id', { kind: 'uuid', isRequired: true, filter: 'id' }),
  field('/time', 'time', { kind: 'time', isRequired: true }),
  field('/received', 'received', { kind: 'time', isRequired: true }),
  field('/tenant', 'tenant', { isRequired: true, filter: 'tenant' }),
  field('/source/kind', 'source_kind', {
    ...{ isRequired: true, filter: 'sourceKind', packed: ['shape', 2] },
  }),
  field('/source/name', 'source_name', {
    ...{ isRequired: true, filter: 'sourceName', packed: ['shape', 9], isSearched: true },
  }),
  field('/source/eventId', 'source_event_id', { filter: 'eventId', packed: ['texts', 5] }),
  field('/action', 'action', {
    ...{ kind: 'action', isRequired: true, filter: 'action', packed: ['shape', 6] },
    isSearched: true,
  }),
  field('/nativeAction', 'native_action', {
    ...{ filter: 'nativeAction', packed: ['shape', 7], isSearched: true },
  }),
  field('/category', 'category', {
    ...{ kind: 'word', words: CATEGORIES, isRequired: true, filter: 'category' },
    packed: ['shape', 1],
  }),
  field('/level', 'level', {
    ...{ kind: 'word', words: LEVELS, isRequired: true, filter: 'level', packed: ['shape', 0] },
  }),
  field('/outcome', 'outcome', {
    ...{ kind: 'word', words: OUTCOMES, isRequired: true, filter: 'outcome' },
    ...{ packed: ['shape', 8], isSearched: true },
  }),
  field('/actor/id', 'actor_id', { filter: 'actorId', packed: ['actor', 0], isSearched: true }),
  field('/actor/name', 'actor_name', {
    ...{ filter: 'actorName', packed: ['actor', 1], isSearched: true },
  }),
  field('/actor/email', 'actor_email', {
    ...{ filter: 'actorEmail', packed: ['actor', 2], isSearched: true },
  }),
  field('/actor/kind', 'actor_kind', {
    ...{ kind: 'word', words: ACTOR_KINDS, filter: 'actorKind', packed: ['shape', 5] },
  }),
  field('/target/type', 'target_type', {
    ...{ filter: 'targetType', packed: ['shape', 10], isSearched: true },
  }),
  field('/target/id', 'target_id', {
    ...{ filter: 'targetId', packed: ['texts', 3], member: 'i', isSearched: true },
  }),
  field('/target/name', 'target_name', {
    ...{ filter: 'targetName', packed: ['texts', 4], member: 'n', isSearched: true },
  }),
  field('/target/namespace', 'target_namespace', {
    ...{ filter: 'namespace', member: 's', isSearched: true },
  }),
  field('/target/repository', 'target_repository', {
    ...{ kind: 'repository', lengthMax: REPOSITORY_LENGTH_MAX, filter: 'repository' },
    ...{ member: 'r', isSearched: true },
  }),
  field('/target/tag', 'target_tag', { filter: 'tag', member: 't', isSearched: true }),
  field('/target/digest', 'target_digest', {
    ...{ kind: 'digest', filter: 'digest', member: 'd', isSearched: true },
  }),
  field('/client/ip', 'client_ip', { kind: 'address', filter: 'ip', isSearched: true }),
  field('/client/userAgent', 'client_user_agent', {
    ...{ lengthMax: USER_AGENT_LENGTH_MAX, filter: 'userAgent', isSearched: true },
  }),
  field('/message', 'message', {
    ...{ lengthMax: MESSAGE_LENGTH_MAX, packed: ['texts', 1], isSearched: true },
  }),
  field('/details', 'details', { kind: 'object', packed: ['texts', 0], isSearched: true }),
] as const

type AnyField = (typeof EVENT_FIELDS)[number]
/** The JSON pointer of a field. */
export type FieldPath = AnyField['path']
/** The name of a field in conditions. */
export type FilterName = Extract<AnyField, { readonly filter: string }>['filter']
