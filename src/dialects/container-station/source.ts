import type { Event } from '../../core/event/event.ts'
import type { Condition } from '../../core/query/query.ts'

/** The kind of the source of events that were collected from a Container Station. */
export const STATION_SOURCE_KIND = 'container-station'

/** The native action of events that were rows of its log; those of its feed have others. */
export const ROW_WORD = 'log'

/** Whether an event was collected as a row of a station's log, which goes out as it came in. */
export function isRow({ source, nativeAction }: Event): boolean {
  return source.kind === STATION_SOURCE_KIND && nativeAction === ROW_WORD
}

/** Hold for the events of which `isRow` is true. */
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
