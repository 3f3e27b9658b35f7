import type { Event } from '../../core/event/event.ts'
import type { Condition } from '../../core/query/query.ts'

/** The kind of the source of events that were collected from a Container Station. */
export const STATION_SOURCE_KIND = 'container-station'

/** The native action of events that were rows of its log; events of its feed have others. */
export const ROW_WORD = 'log'

/** Whether an event was collected as a row of a station's log, which is returned unchanged. */
export function isRow({ source, nativeAction }: Event): boolean {
  return source.kind === STATION_SOURCE_KIND && nativeAction === ROW_WORD
}

/** Conditions for events with `isRow`. */
export const ROW_CONDITIONS: readonly Condition[] = [
  { field: 'sourceKind', in: [STATION_SOURCE_KIND] },
  { field: 'nativeAction', in: [ROW_WORD] },
]

/** Holds for all other events. */
export const NO_ROW: Condition = {
  anyOf: [
    [{ field: 'sourceKind', notIn: [STATION_SOURCE_KIND] }],
    [{ field: 'nativeAction', notIn: [ROW_WORD] }],
  ],
}
