/** The kind of the source of events that were collected from HSS. */
export const HSS_SOURCE_KIND = 'hss'

/**
 * The actions of the rows of HSS. They alone tell such rows from other events: the store finds by
 * its indexes that a ledger has none.
 */
export const COLLECTED_ACTIONS = { image: 'image.operate', container: 'container.operate' } as const
