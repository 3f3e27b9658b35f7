import type { Event, Outcome } from '../../../core/event/event.ts'
import type { Condition } from '../../../core/query/query.ts'

/** Outcomes of acts that did not happen: they failed or were denied. */
export const FAILED_OUTCOMES: readonly Outcome[] = ['failure', 'denied']

/** Outcomes of acts that happened, including `unknown`, whose sender reported no problem. */
const DONE_OUTCOMES: readonly Outcome[] = ['success', 'unknown']

/**
 * Actions that report an end or a state. Their outcome `failure` is the report, such as an exit
 * code, not a failed act.
 */
export const REPORTS: readonly string[] = [
  'container.exit',
  'container.exec.exit',
  'container.health',
  'container.oom',
  'collector.gap',
  'source.gap',
  'source.dead-letter',
  'token.leave-out-uses',
]

/** Whether an act failed or was denied. */
export function isFailed({ outcome }: Event): boolean {
  return FAILED_OUTCOMES.includes(outcome)
}

/** Whether an event reports a failure that itself happened, such as a container's exit. */
export function isFailureReport({ action, outcome }: Event): boolean {
  return outcome === 'failure' && REPORTS.includes(action)
}

/** Whether the reported act took place; not if it only began, failed or was denied. */
export function hasHappened(event: Event): boolean {
  return DONE_OUTCOMES.includes(event.outcome) || isFailureReport(event)
}

/** Holds for events with `hasHappened`. */
export const HAPPENED: Condition = {
  anyOf: [
    [{ field: 'outcome', in: DONE_OUTCOMES }],
    [
      { field: 'outcome', in: ['failure'] },
      { field: 'action', in: REPORTS },
    ],
  ],
}
