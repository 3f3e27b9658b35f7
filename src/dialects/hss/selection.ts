import type { Visibility } from '../../access/visibility.ts'
import type { Condition, EventFilter } from '../../core/query.ts'
import {
  COLLECTED_COLUMNS,
  type Column,
  OTHER_COLUMNS,
  ROW_ACTIONS,
  SHOWN_CATEGORIES,
} from './columns.ts'
import type { EventParameters, FilteredColumn } from './parameters.ts'

/** The events that a request asks for. */
export interface Selection {
  readonly whole: EventFilter
  /**
   * The same events in parts that have none in common: what is shown of an event depends on
   * whether it was collected from HSS, and each part is a question that the indexes understand.
   */
  readonly parts: readonly EventFilter[]
}

/** The operations on images and containers that somebody sees and that match the parameters. */
export function selectionOf(visibility: Visibility, parameters: EventParameters): Selection {
  const { fromMicros, toMicros, values } = parameters
  const visible: EventFilter = {
    tenants: visibility.tenants,
    ...(fromMicros !== undefined && { fromMicros }),
    ...(toMicros !== undefined && { toMicros }),
    conditions: [...visibility.conditions, { field: 'category', in: SHOWN_CATEGORIES }],
  }
  if (values.size === 0) return { whole: visible, parts: [visible] }
  const kinds: readonly (readonly Condition[])[] = [
    [{ field: 'action', in: ROW_ACTIONS }, ...matching(values, COLLECTED_COLUMNS)],
    [{ field: 'action', notIn: ROW_ACTIONS }, ...matching(values, OTHER_COLUMNS)],
  ]
  const narrowed = (...more: readonly Condition[]): EventFilter => ({
    ...visible,
    conditions: [...visible.conditions, ...more],
  })
  return {
    whole: narrowed({ anyOf: kinds }),
    parts: kinds.map((conditions) => narrowed(...conditions)),
  }
}

function matching(
  values: EventParameters['values'],
  columns: Readonly<Record<FilteredColumn, Column>>,
): readonly Condition[] {
  return [...values].flatMap(([name, value]): readonly Condition[] => {
    const alternatives = columns[name].showing(value)
    const [only, second] = alternatives
    return only !== undefined && second === undefined ? only : [{ anyOf: alternatives }]
  })
}
