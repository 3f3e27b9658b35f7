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

/** Events of a kind that a request asks for. */
interface Part {
  readonly filter: EventFilter
  /** All events of that kind: where there are none, the part need not be looked for. */
  readonly kind: EventFilter
}

/** The events that a request asks for. */
export interface Selection {
  readonly whole: EventFilter
  /**
   * The same events in parts that have none in common: what is shown of an event depends on
   * whether it was collected from HSS, and each part is a question that the indexes understand.
   */
  readonly parts: readonly Part[]
}

/** The operations on images and containers that somebody sees and that match the parameters. */
export function selectionOf(visibility: Visibility, parameters: EventParameters): Selection {
  const { fromMicros, toMicros, values } = parameters
  const { tenants } = visibility
  const conditions: readonly Condition[] = [
    ...visibility.conditions,
    { field: 'category', in: SHOWN_CATEGORIES },
  ]
  const narrowed = (...more: readonly Condition[]): EventFilter => ({
    tenants,
    ...(fromMicros !== undefined && { fromMicros }),
    ...(toMicros !== undefined && { toMicros }),
    conditions: [...conditions, ...more],
  })
  const all = narrowed()
  if (values.size === 0) return { whole: all, parts: [{ filter: all, kind: all }] }
  const kinds = [
    { kind: COLLECTED, shown: matching(values, COLLECTED_COLUMNS) },
    { kind: OTHER, shown: matching(values, OTHER_COLUMNS) },
  ]
  return {
    whole: narrowed({ anyOf: kinds.map(({ kind, shown }) => [kind, ...shown]) }),
    parts: kinds.map(({ kind, shown }) => ({
      filter: narrowed(kind, ...shown),
      kind: { tenants, conditions: [...conditions, kind] },
    })),
  }
}

const COLLECTED: Condition = { field: 'action', in: ROW_ACTIONS }
const OTHER: Condition = { field: 'action', notIn: ROW_ACTIONS }

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
