import type { Category, Event } from '../../../core/event/event.ts'
import type { Condition, Field } from '../../../core/query/query.ts'
import type { FilteredColumn } from '../parameters.ts'
import { COLLECTED_ACTIONS } from '../source.ts'

/** The categories of events that are operations on images and containers. */
export const SHOWN_CATEGORIES: readonly Category[] = ['image', 'container']

/** The prefix of the image in a resource type of HSS. */
const RESOURCE_TYPE_PREFIX = 'scc_hss_container/'
/** Stands for any tag there. */
const ANY_TAG = '*'
/** Most positions at which a value is split; real names have fewer separators. */
const SPLITS_MAX = 64

/** A column of a row: its value for an event, and the conditions for showing a value. */
export interface Column {
  show(event: Event): string
  /**
   * Lists of conditions, one of which must hold completely for events that show a value. The value
   * is never empty.
   */
  showing(value: string): readonly (readonly Condition[])[]
}

/**
 * Where a collected event has the values of its row: in a field, if the field accepts the value,
 * else under the column's name in `details`.
 */
const COLLECTED_FIELDS: Readonly<Record<FilteredColumn, Field | undefined>> = {
  resource_name: 'targetName',
  resource_type: 'targetType',
  event_name: 'nativeAction',
  event_type: undefined,
  source_ip: 'ip',
  user_name: 'actorName',
}

/** The actions of events that were collected from HSS. */
export const ROW_ACTIONS: readonly string[] = Object.values(COLLECTED_ACTIONS)

/** Whether an event was collected from HSS. */
export function isCollected({ action }: Event): boolean {
  return ROW_ACTIONS.includes(action)
}

/** The columns of events that were collected from HSS, unchanged. */
export const COLLECTED_COLUMNS: Readonly<Record<FilteredColumn, Column>> = {
  resource_name: collectedColumn('resource_name', ({ target }) => target?.name),
  resource_type: collectedColumn('resource_type', ({ target }) => target?.type),
  event_name: collectedColumn('event_name', ({ nativeAction }) => nativeAction),
  event_type: collectedColumn('event_type', () => undefined),
  source_ip: collectedColumn('source_ip', ({ client }) => client?.ip),
  user_name: collectedColumn('user_name', ({ actor }) => actor?.name),
}

/** The columns of all other events, with the nearest equivalents. */
export const OTHER_COLUMNS: Readonly<Record<FilteredColumn, Column>> = {
  resource_name: { show: resourceName, showing: resourceNameConditions },
  resource_type: { show: resourceType, showing: resourceTypeConditions },
  event_name: {
    show: ({ nativeAction, action }) => nativeAction ?? verbOf(action),
    showing: (value) => [
      [{ field: 'nativeAction', in: [value] }],
      [EMPTY.nativeAction, { field: 'verb', in: [value] }],
    ],
  },
  event_type: {
    show: ({ category }) => category,
    showing: (value) => [[{ field: 'category', in: [value] }]],
  },
  source_ip: {
    show: ({ client }) => client?.ip ?? '',
    showing: (value) => [[{ field: 'ip', in: [value] }]],
  },
  user_name: {
    show: ({ actor }) => actor?.name ?? '',
    showing: (value) => [[{ field: 'actorName', in: [value] }]],
  },
}

const EMPTY = {
  nativeAction: { field: 'nativeAction', in: [''] },
  targetName: { field: 'targetName', in: [''] },
  targetType: { field: 'targetType', in: [''] },
  targetId: { field: 'targetId', in: [''] },
  namespace: { field: 'namespace', in: [''] },
  repository: { field: 'repository', in: [''] },
} as const satisfies Record<string, Condition>

function collectedColumn(
  name: FilteredColumn,
  ofField: (event: Event) => string | undefined,
): Column {
  const field = COLLECTED_FIELDS[name]
  return {
    show(event) {
      const detail = event.details?.[name]
      return ofField(event) ?? (typeof detail === 'string' ? detail : '')
    },
    showing(value) {
      const inDetails: Condition = { detail: name, in: [value] }
      if (field === undefined) return [[inDetails]]
      return [[{ field, in: [value] }], [{ field, in: [''] }, inDetails]]
    },
  }
}

function verbOf(action: string): string {
  return action.slice(action.indexOf('.') + 1)
}

/** The target's name, else its repository with its namespace, else its id, else its namespace. */
function resourceName({ target = {} }: Event): string {
  const { name, namespace, repository, id } = target
  if (name !== undefined) return name
  if (repository === undefined) return id ?? namespace ?? ''
  return namespace === undefined ? repository : `${namespace}/${repository}`
}

function resourceNameConditions(value: string): readonly (readonly Condition[])[] {
  const { targetName, targetId, namespace, repository } = EMPTY
  return [
    [{ field: 'targetName', in: [value] }],
    [targetName, namespace, { field: 'repository', in: [value] }],
    [targetName, repository, { field: 'targetId', in: [value] }],
    [targetName, repository, targetId, { field: 'namespace', in: [value] }],
    ...splits(value, '/').map(([owner, path]): readonly Condition[] => [
      targetName,
      { field: 'namespace', in: [owner] },
      { field: 'repository', in: [path] },
    ]),
  ]
}

/** The target's type, else its image in the form of HSS, else the category. */
function resourceType({ target = {}, category }: Event): string {
  const { type, repository, tag = ANY_TAG } = target
  if (type !== undefined) return type
  return repository === undefined ? category : `${RESOURCE_TYPE_PREFIX}${repository}:${tag}`
}

function resourceTypeConditions(value: string): readonly (readonly Condition[])[] {
  const { targetType, repository } = EMPTY
  const isImage = value.startsWith(RESOURCE_TYPE_PREFIX)
  const images = isImage ? splits(value.slice(RESOURCE_TYPE_PREFIX.length), ':') : []
  return [
    [{ field: 'targetType', in: [value] }],
    [targetType, repository, { field: 'category', in: [value] }],
    ...images.map(([path, tag]): readonly Condition[] => [
      targetType,
      { field: 'repository', in: [path] },
      { field: 'tag', in: tag === ANY_TAG ? ['', ANY_TAG] : [tag] },
    ]),
  ]
}

/**
 * The ways to split a text at a separator into two non-empty parts. Of more than `SPLITS_MAX`, only
 * the first ones and the last: a namespace has no slash, and a tag no colon.
 */
function splits(text: string, separator: string): readonly (readonly [string, string])[] {
  const places: number[] = []
  for (let at = text.indexOf(separator, 1); at >= 0; at = text.indexOf(separator, at + 1)) {
    if (at < text.length - 1) places.push(at)
  }
  const tried =
    places.length > SPLITS_MAX ? [...places.slice(0, SPLITS_MAX - 1), ...places.slice(-1)] : places
  return tried.map((at) => [text.slice(0, at), text.slice(at + 1)])
}
