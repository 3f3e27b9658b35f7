/** The kind of the source of events that were collected from a Container Station. */
export const STATION_SOURCE_KIND = 'container-station'

/** The native action of events that were rows of its log; those of its feed have others. */
export const ROW_WORD = 'log'
