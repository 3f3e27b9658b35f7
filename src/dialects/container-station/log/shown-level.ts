import type { Event, Level } from '../../../core/event/event.ts'
import type { Condition } from '../../../core/query/query.ts'
import { isRow, NO_ROW, ROW_CONDITIONS } from '../source.ts'
import { FAILED_OUTCOMES, isFailed, isFailureReport, REPORTS } from './ending.ts'

/**
 * The level of an event's row. Failures and denials are errors, whatever level their sender stated;
 * reports of a failure may be warnings. Collected rows keep the station's own level.
 */
export function shownLevel(event: Event): Level {
  if (isRow(event) || !isFailed(event)) return event.level
  return isFailureReport(event) && event.level === 'warn' ? 'warn' : 'error'
}

/** Holds for events whose `shownLevel` is one of these; for none when the list is empty. */
export function levelCondition(levels: readonly Level[]): Condition {
  const stated: Condition = { field: 'level', in: levels }
  return {
    anyOf: [
      ...KEPT.map((conditions) => [...conditions, stated]),
      ...(levels.includes('error') ? RAISED : []),
    ],
  }
}

const FAILED: Condition = { field: 'outcome', in: FAILED_OUTCOMES }
const NOT_FAILED: Condition = { field: 'outcome', notIn: FAILED_OUTCOMES }
const WARNED_REPORT: readonly Condition[] = [
  { field: 'outcome', in: ['failure'] },
  { field: 'action', in: REPORTS },
  { field: 'level', in: ['warn'] },
]

/** Conditions, any of which holds for events that keep their own level. */
const KEPT: readonly (readonly Condition[])[] = [ROW_CONDITIONS, [NOT_FAILED], WARNED_REPORT]

/** Conditions for events that are shown as errors because of their outcome. */
const RAISED: readonly (readonly Condition[])[] = [
  [
    NO_ROW,
    FAILED,
    {
      anyOf: [
        [{ field: 'outcome', in: ['denied'] }],
        [{ field: 'action', notIn: REPORTS }],
        [{ field: 'level', notIn: ['warn'] }],
      ],
    },
  ],
]
