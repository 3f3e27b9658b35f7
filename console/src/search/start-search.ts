/**
 * The search that the console begins with. Without it, the first rows would be the records of the
 * user's own searches; the condition is shown, and can be removed.
 */
export const START_SEARCH = { query: '-action=log.search' } as const
