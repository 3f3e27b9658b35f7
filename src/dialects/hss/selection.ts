import type { Visibility } from '../../access/directory/visibility.ts'
import { NO_REQUEST } from '../../core/container-engine.ts'
import { NOT_IMPLIED_BY_PUSH } from '../../core/query/implied-by-push.ts'
import type { Condition, EventFilter } from '../../core/query/query.ts'
import {
  COLLECTED_COLUMNS,
  type Column,
  OTHER_COLUMNS,
  ROW_ACTIONS,
  SHOWN_CATEGORIES,
} from './log/columns.ts'
import type { EventParameters, FilteredColumn } from './parameters.ts'

/**
 * The operations on images and containers that the caller may see and that match the parameters.
 * The columns of an event depend on whether it was collected from HSS.
 */
export function selectionOf(visibility: Visibility, parameters: EventParameters): EventFilter {
  const { fromMicros, toMicros, values } = parameters
  return {
    tenants: visibility.tenants,
    ...(fromMicros !== undefined && { fromMicros }),
    ...(toMicros !== undefined && { toMicros }),
    conditions: [
      ...visibility.conditions,
      { field: 'category', in: SHOWN_CATEGORIES },
      NO_REQUEST,
      NOT_IMPLIED_BY_PUSH,
      ...(values.size === 0
        ? []
        : [
            {
              anyOf: [
                [COLLECTED, ...matching(values, COLLECTED_COLUMNS)],
                [OTHER, ...matching(values, OTHER_COLUMNS)],
              ],
            } satisfies Condition,
          ]),
    ],
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
