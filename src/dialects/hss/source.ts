/** The kind of the source of events that were collected from HSS. */
export const HSS_SOURCE_KIND = 'hss'

/**
 * The actions of HSS rows. Only these distinguish such rows from other events, so that the store's
 * indexes show when a ledger has none.
 */
export const COLLECTED_ACTIONS = { image: 'image.operate', container: 'container.operate' } as const
